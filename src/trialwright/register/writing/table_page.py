"""A self-contained web page of tables, a heading in front of each row."""

from html import escape

_STYLE = """
body{font:16px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;
background:#fff}
h1{font-size:1.4rem} h2{font-size:1.1rem;margin:2rem 0 0;padding:.4rem .6rem;background:#e8eef5}
table{width:100%;border-collapse:collapse} th,td{border:1px solid #aebccb;padding:.5rem .6rem;vertical-align:top}
th{width:16rem;text-align:left;font-weight:600} td{white-space:pre-line;overflow-wrap:anywhere}
sup{font-size:.65em;font-weight:400} .owed{background:#fff4d6} p.note{color:#444}
@media(max-width:40rem){th,td{display:block;width:auto} th{border-bottom:0}}
"""


def table_page(title: str, body: str) -> str:
    """The page; `body` is HTML already, `title` is not."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}"
        "</body></html>\n"
    )
