"""A TCP line with a knob: it can be slowed, held or cut."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

_PIECE = 65536


@dataclass
class Wire:
    """Passes on what comes to ``port`` to ``target``: a port of this machine, or a Unix socket.

    ``delay`` is how long each piece is under way, in seconds and in each direction. A wire that is
    held passes on nothing, and lets nobody know; one that is cut breaks all connections and takes
    no new ones.
    """

    target: int | str
    port: int = 0
    host: str = "127.0.0.1"
    delay: float = 0.0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.AbstractServer | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Begin to listen, on a free port unless one is set."""
        self._open.set()
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def hold(self) -> None:
        """Pass on nothing more."""
        self._open.clear()

    def release(self) -> None:
        """Pass on what was held."""
        self._open.set()

    async def cut(self) -> None:
        """Break all connections and take no new ones."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for end in list(self._ends):
            end.transport.abort()

    close = cut

    async def mend(self) -> None:
        """Listen again where it did before."""
        await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self.target, str):
                there = await asyncio.open_unix_connection(self.target)
            else:
                there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, there[1]}
        try:
            await asyncio.gather(self._pass(reader, there[1]), self._pass(there[0], writer))
        finally:
            self._ends -= {writer, there[1]}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(_PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._open.wait()
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
