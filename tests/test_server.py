"""The extension of Jupyter Server, with Jupyter Server's own classes."""

import asyncio
import socket
import types

import tornado.httpserver
import tornado.testing
import tornado.web
import tornado.websocket
from jupyter_server.extension.manager import ExtensionPackage

from optimlab import server


class Connection:
    """What Jupyter Server's connections are: made with a handler, connected once it is open."""

    def __init__(self, websocket_handler):
        self.websocket_handler = websocket_handler

    def connect(self):
        return "connected"


class Handler(tornado.websocket.WebSocketHandler):
    def initialize(self, connection, found):
        self.connection, self.found = connection, found

    def open(self):
        self.found.append(self.connection(self).connect())
        stream = self.ws_connection.stream
        self.found.append(bool(stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        self.close()


def opened(connection):
    """What connect() returns, and whether packets then leave at once, over a real websocket."""
    found = []

    async def run():
        app = tornado.web.Application([("/", Handler, {"connection": connection, "found": found})])
        site = tornado.httpserver.HTTPServer(app)
        listening, port = tornado.testing.bind_unused_port()
        site.add_socket(listening)
        browser = await tornado.websocket.websocket_connect(f"ws://127.0.0.1:{port}/")
        await browser.read_message()
        browser.close()
        site.stop()
        await site.close_all_connections()

    asyncio.run(run())
    return found


def test_packets_wait_by_default_and_not_with_the_extension():
    assert opened(Connection) == ["connected", False]
    assert opened(server.prompt(Connection)) == ["connected", True]


def test_jupyter_server_loads_it():
    package = ExtensionPackage(name="optimlab.server", enabled=True)
    assert [*package.extension_points] == ["optimlab.server"] and package.validate()

    settings = {"kernel_websocket_connection_class": Connection}
    app = types.SimpleNamespace(web_app=types.SimpleNamespace(settings=settings))
    package.extension_points["optimlab.server"].load(app)
    assert opened(settings["kernel_websocket_connection_class"]) == ["connected", True]
