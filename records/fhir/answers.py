"""The answers of a form, line by line, as FHIR nests them. Pure."""

from collections.abc import Iterator

from records.fhir.shapes import Resource, any_words, objects, said, words

DEEPEST = 5


def answers_of(one: Resource, most: int, depth: int = 0) -> Iterator[str]:
    """Of a form, a question or an answer: each question below it with what was answered, then what was asked below that
    question and below its answers. `most`: so many letters of a question."""
    if depth > DEEPEST:
        return
    for item in objects(one.get("item")):
        answers = objects(item.get("answer"))
        given = [
            any_words(value) or said(value, 200)
            for answer in answers
            for name, value in answer.items()
            if name.startswith("value")
        ]
        if any(given):
            yield f"{words(item.get('text'), most)}: {', '.join(part for part in given if part)}"
        for inner in (item, *answers):
            yield from answers_of(inner, most, depth + 1)
