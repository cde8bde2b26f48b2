"""The web server of the live page: the page itself, frames on demand, uploads and downloads.

The page asks over a WebSocket for the next few frames whenever it runs low on them, and sends its
settings along; so nothing is computed for a page that is paused or hidden, and a setting counts
from the next piece on. Where the video has got to is kept by the connection.
"""

import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import uvicorn
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from tf_dyngen.errors import UserError
from tf_dyngen.studio import downloads
from tf_dyngen.studio.guard import Guard
from tf_dyngen.studio.pictures import MOST_BYTES, StillStore, read_picture, read_upload
from tf_dyngen.studio.player import Player, most_frames
from tf_dyngen.studio.settings import LARGEST_SEED, MOST_NOISE, read_settings
from tf_dyngen.studio.viewer import Viewer

PAGE = Path(__file__).with_name("page")
LARGEST_MESSAGE = 4096
MOST_VIEWERS = 32
MOST_DOWNLOADS = 2
# Uploads wait for their turn with up to MOST_BYTES in memory each.
MOST_UPLOADS = 8
# A list to choose from grows useless long before it grows slow.
MOST_CLIPS_LISTED = 1000
# Close codes of RFC 6455.
TRY_AGAIN_LATER = 1013
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Studio:
    """Answers the requests of all viewers of one model."""

    def __init__(self, player: Player):
        self._player = player
        self._stills = StillStore()
        self._num_viewers = 0
        self._num_downloads = self._num_uploads = 0
        # Pictures take turns: waiting in threads of their own, they leave the others to viewers.
        self._turn = CapacityLimiter(1)

    async def describe(self, request: Request) -> Response:
        """Answers with what the page needs to know of the model."""
        export = self._player.export
        height, width = export.frame_size
        return JSONResponse(
            {
                "height": height,
                "width": width,
                "channels": export.channels,
                "frame_rate": export.frame_rate,
                "has_appearance": export.appearance_size > 0,
                "clips": export.clip_names[:MOST_CLIPS_LISTED],
                "most_frames_at_once": most_frames(export),
                "most_upload_bytes": MOST_BYTES,
                "most_noise": MOST_NOISE,
                "usual_variety": export.variety and export.variety.usual,
                "largest_seed": LARGEST_SEED,
                "most_download_frames": downloads.MOST_FRAMES,
                "memory": export.memory and export.memory._asdict(),
            }
        )

    async def upload(self, request: Request) -> Response:
        """Infers an uploaded picture and answers with its name and how well it is known."""
        if self._num_uploads >= MOST_UPLOADS:
            raise UserError("other pictures are being looked at", "try again in a moment")
        self._num_uploads += 1
        try:
            content = await read_upload(request.stream(), MOST_BYTES)
            still = await to_thread.run_sync(self._look_at, content, limiter=self._turn)
        finally:
            self._num_uploads -= 1
        return JSONResponse({"image": self._stills.add(still), "psnr": round(still.psnr, 1)})

    def _look_at(self, content: bytes):
        return self._player.look_at(read_picture(content, self._player.export))

    async def download(self, request: Request) -> Response:
        """Answers with the video of the query's settings as a file."""
        suffix = f".{request.path_params['suffix']}"
        if suffix not in downloads.SUFFIXES:
            raise HTTPException(404)
        settings = read_settings(request.query_params, self._player.export)
        wanted = downloads.read_download(request.query_params, self._player.export)
        still = self._stills.get(settings.start.image)
        if self._num_downloads >= MOST_DOWNLOADS:
            raise UserError("other videos are being made", "try again in a moment")
        folder = Path(tempfile.mkdtemp(prefix="studio_"))

        def write() -> None:
            pieces = downloads.make_pieces(self._player, settings, still, wanted)
            downloads.write_download(folder / f"video{suffix}", pieces, self._player.export, wanted)

        self._num_downloads += 1
        try:
            await to_thread.run_sync(write)
        except BaseException:
            shutil.rmtree(folder)
            raise
        finally:
            self._num_downloads -= 1
        return FileResponse(
            folder / f"video{suffix}",
            filename=f"seed_{settings.start.seed}{suffix}",
            background=BackgroundTask(shutil.rmtree, folder),
        )

    async def play(self, websocket: WebSocket) -> None:
        """Sends frames as they are asked for, until the viewer leaves."""
        await websocket.accept()
        if self._num_viewers >= MOST_VIEWERS:
            await websocket.send_json({"error": "too many viewers: try again later"})
            await websocket.close(TRY_AGAIN_LATER)
            return
        self._num_viewers += 1
        viewer = Viewer(self._player, self._stills)
        try:
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                try:
                    piece = await viewer.answer(message.get("text") or "")
                except UserError as error:
                    await websocket.send_json({"error": str(error)})
                else:
                    await websocket.send_bytes(piece)
        except WebSocketDisconnect:
            return
        finally:
            self._num_viewers -= 1


def make_app(player: Player, host: str) -> Starlette:
    """Returns the web application; `host` is the name or address that it is reached by."""
    studio = Studio(player)

    async def page(request: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    routes = [
        Route("/", page),
        Route("/model.json", studio.describe),
        Route("/picture", studio.upload, methods=["POST"]),
        Route("/video.{suffix}", studio.download),
        WebSocketRoute("/play", studio.play),
        Mount("/page", StaticFiles(directory=PAGE)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, host=host), Middleware(SafeHeaders)],
        exception_handlers={UserError: _refuse},
    )


class SafeHeaders:
    """Adds HEADERS to every response."""

    def __init__(self, app: Callable):
        self._app = app

    async def __call__(self, scope, receive, send) -> None:
        """Passes a request on, as ASGI has it."""

        async def send_with_headers(message) -> None:
            if message["type"] == "http.response.start":
                own = [(key.lower().encode(), value.encode()) for key, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def listen(host: str, port: int) -> socket.socket:
    """Opens the port; 0 is any that is free. UserError where it cannot be opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UserError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}",
            "give another --port, or stop what uses it; --host is an address of this machine",
        ) from None


def serve(player: Player, opened: socket.socket, host: str) -> None:
    """Serves the page until the process is interrupted or told to end (SIGINT, SIGTERM)."""
    # uvicorn shuts down and then raises the signal again, which is to end the process quietly.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        make_server(player, host).run(sockets=[opened])


def make_server(player: Player, host: str) -> uvicorn.Server:
    """Returns a server that `run(sockets=[...])` starts and `should_exit` stops."""
    return uvicorn.Server(
        uvicorn.Config(
            make_app(player, host),
            log_level="warning",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            # Frames of noise are not worth the time that compressing them takes.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
    )


async def _refuse(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
