"""An extension of Jupyter Server: answers from the kernel reach the browser at once.

By default a small packet waits until the one before it is acknowledged (Nagle, 1984), and the browser's
system holds acknowledgements back for up to 40 ms. A moved slider is answered by two packets, so about every
second picture came 40 ms late. `course.py lab` and Binder switch the extension on; elsewhere
`jupyter server extension enable optimlab.server` does.
"""


def _jupyter_server_extension_points():
    return [{"module": "optimlab.server"}]


def _load_jupyter_server_extension(app):
    settings = app.web_app.settings
    settings["kernel_websocket_connection_class"] = prompt(settings["kernel_websocket_connection_class"])


def prompt(connection):
    """A kernel's connection to the browser, as a class that sends every packet at once.

    Args:
        connection: the class that Jupyter Server would use, with `connect()` and `websocket_handler`.
    """

    class Prompt(connection):
        def connect(self):
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return Prompt
