"""What plugs into Rasa: graph components, channels, and how the servers are run."""
