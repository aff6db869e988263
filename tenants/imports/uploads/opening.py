"""How is an uploaded file read?"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenants.errors import NotFound
from tenants.imports.files.reading import open_table
from tenants.imports.forms.understanding import Source, understand
from tenants.imports.uploads.models import ImportUpload
from tenants.settings import Settings


@contextmanager
def opened(upload: ImportUpload, settings: Settings, *, profile: str | None) -> Iterator[Source]:
    """The file as the form `profile` or as the one that fits best, in a folder of its own as long as it is needed.

    Raises `Invalid` where it cannot be read so, and `NotFound` where nothing is kept of it.
    """
    if upload.content is None:
        raise NotFound("This file is not kept any more. Upload it again.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register")
        path.touch(mode=0o600)
        path.write_bytes(settings.field_cipher.decrypt(upload.content))
        yield understand(open_table(path, name=upload.file_name), upload.kind, profile_name=profile)
