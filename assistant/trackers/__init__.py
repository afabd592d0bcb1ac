"""Where Rasa's trackers are kept between two messages, and what is kept of them."""
