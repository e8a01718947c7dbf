"""Parts of a page that are written anew between their markers."""

import re


def with_block(text: str, name: str, content: str) -> str:
    """``text`` with the part between the markers of ``name`` replaced. Raises ValueError if there is no such part."""
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no part 'generated: {name}'")
    return pattern.sub(lambda found: f"{found[1]}{content.strip()}\n{found[2]}", text)
