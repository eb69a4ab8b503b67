"""The embedded broker: Kombu's files in a folder, each put there whole."""

import os
import uuid
from pathlib import Path
from time import monotonic_ns

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict, **kwargs: object) -> None:
        """Write aside, then rename.

        Kombu opens the file in its place first. A worker that looks in just
        then, or after a kill there, reads half a message and stops for good.
        """
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        place = Path(self.data_folder_out, name)
        draft = place.with_suffix(".draft")
        draft.write_bytes(dumps(payload).encode())
        os.replace(draft, place)


class Transport(filesystem.Transport):
    Channel = Channel
