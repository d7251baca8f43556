"""English lemmas, by simplemma's dictionary and rules."""

from __future__ import annotations


def lemmas(form: str) -> tuple[str, ...]:
    """The lemma of a lower-cased English form; a possessive 's is dropped."""
    from simplemma import lemmatize

    bare = form.removesuffix("'s").removesuffix("'")
    return (lemmatize(bare, lang="en").lower(),) if bare else (form,)
