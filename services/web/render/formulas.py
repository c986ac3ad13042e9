"""Formulas in READMEs: LaTeX as MathML, which browsers show by themselves."""

from html import escape

from latex2mathml.converter import convert

# Longer ones are text: a formula is read by people.
LONGEST = 2000
MATHML = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "ms", "mfrac", "msqrt", "mroot"),
    *("mstyle", "merror", "mpadded", "mphantom", "menclose", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mmultiscripts", "mtable", "mtr", "mtd", "mprescripts"),
}
_SHARED = {"mathvariant", "stretchy", "fence", "separator", "lspace", "rspace", "width", "height"}
MATHML_ATTRIBUTES = dict.fromkeys(MATHML, _SHARED) | {
    "math": {"display"},
    "mfrac": {"linethickness"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "menclose": {"notation"},
    "mover": {"accent"},
    "munder": {"accentunder"},
}


def render_formula(latex: str, *, is_block: bool) -> str:
    """MathML, still to be sanitised; the formula as it was typed where it cannot be read."""
    if len(latex) <= LONGEST:
        try:
            return convert(latex, display="block" if is_block else "inline")
        except Exception:  # noqa: BLE001 (the converter raises whatever hostile LaTeX leads it to)
            return f"<code>{escape(latex)}</code>"
    return f"<code>{escape(latex)}</code>"
