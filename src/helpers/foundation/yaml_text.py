"""YAML that others may have written: plain values, and no more of them than the text shows."""

from typing import Any

import yaml

from helpers.foundation.errors import CompanionError, one_line


class _PlainLoader(yaml.SafeLoader):
    """The safe loader without aliases, with which a short text can stand for billions of values.

    Nor may a field stand there twice: the last one would count, and say nothing of the first.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it has an alias (*name): write out what it stands for")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := [name for name in names if names.count(name) > 1]:
            raise yaml.YAMLError(f"it has the field {twice[0]!r} twice: give it once")
        return super().construct_mapping(node, deep)


def read_yaml(text: str, *, where: str) -> Any:
    """Return the content of a YAML text.

    Parameters
    ----------
    text : str
        One document.
    where : str
        Where it stands, for the message.

    Raises
    ------
    CompanionError
        If it is not valid, uses an alias, or has a field twice.
    """
    try:
        return yaml.load(text, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise CompanionError(f"{where} is not valid YAML: {one_line(error)}") from error
