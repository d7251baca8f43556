"""English lemmas, by simplemma's dictionary and rules."""

from __future__ import annotations


def lemmas(form: str) -> tuple[str, ...]:
    """The lemma of a lower-cased English form; a possessive 's is dropped."""
    from simplemma import lemmatize

    bare = form.removesuffix("'s").removesuffix("'")
    return (lemmatize(bare, lang="en").lower(),) if bare else (form,)


def is_known(form: str) -> bool:
    """Whether the dictionary has a lower-cased English form."""
    from simplemma import is_known as has

    return has(form, lang="en")
