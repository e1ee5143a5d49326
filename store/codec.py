"""Domain values to documents and back, through cattrs: dataclasses as they are, unions tagged by kind."""

from typing import Any, TypeVar, cast

from cattrs.preconf.bson import BsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from domain.content import Block
from domain.inbound import Event
from store.scoped import Row

T = TypeVar("T")


def _converter() -> BsonConverter:
    converter = make_converter(detailed_validation=False)
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    configure_tagged_union(Block, converter, tag_name="kind")
    configure_tagged_union(Event, converter, tag_name="kind")
    return converter


_CONVERTER = _converter()


def dump(value: object) -> Row:
    """A dataclass as a document; enums are their words, tuples are arrays, times stay times."""
    return cast(Row, _CONVERTER.unstructure(value))


def load(kind: type[T], row: Any) -> T:
    """A dataclass from a document; fields that the dataclass doesn't know are left out."""
    return _CONVERTER.structure(row, kind)


def dump_event(event: Event) -> Row:
    """An event with the name of its kind."""
    return cast(Row, _CONVERTER.unstructure(event, unstructure_as=Event))


def load_event(row: Row) -> Event:
    """An event by the name of its kind."""
    return cast(Event, _CONVERTER.structure(row, cast(Any, Event)))
