"""PDF files, written by hand: small enough to be read, and as strange as a test needs them."""

from __future__ import annotations

from pathlib import Path

# A password that nobody knows: the keys are no keys.
LOCKED = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00><00>]"


def make_pdf(path: Path, pages: int = 2, size: tuple[int, int] = (595, 842), more: str = "", drawn: str = "") -> Path:
    """Write a PDF whose pages are ``size`` points large, with a black square at the lower left; return its path.

    ``more`` goes into the trailer, and ``drawn`` is what else the pages show.
    """
    numbers = " ".join(f"{4 + n} 0 R" for n in range(pages))
    show = f"0 0 {size[0] // 2} {size[1] // 2} re f {drawn}"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{numbers}] /Count {pages} >>",
        f"<< /Length {len(show)} >>\nstream\n{show}\nendstream",
        *[f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents 3 0 R >>"] * pages,
    ]
    raw = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(raw))
        raw += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {more} >>\nstartxref\n{len(raw)}\n%%EOF\n"
    path.write_bytes(raw + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode())
    return path
