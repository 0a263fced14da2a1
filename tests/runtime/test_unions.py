"""Unions: which variant is chosen, and that the woven spelling satisfies the type checkers."""

from __future__ import annotations

import importlib
import logging
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest

from specloom.targets.client.runtime import decoding, unions
from specloom.targets.client.runtime.decoding import decode, decode_value
from specloom.targets.client.runtime.encoding import to_wire
from specloom.targets.client.runtime.models import UNSET, Model, OpenEnum, UnsetType
from specloom.targets.client.runtime.unions import Discriminator, union

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

RUNTIME = Path(unions.__file__).parent


class Cat(Model, kw_only=True):
    kind: Literal["cat"] = "cat"
    lives: int | UnsetType = UNSET
    friend: Pet | UnsetType | None = UNSET


class Dog(Model, kw_only=True):
    kind: Literal["dog"] = "dog"
    tricks: list[str] | UnsetType = UNSET


class Circle(Model, kw_only=True):
    radius: float


class Square(Model, kw_only=True):
    side: float
    color: str | UnsetType = UNSET


class Figure(Model, kw_only=True):
    kind: str | UnsetType = UNSET


class Unit(OpenEnum):
    MM = "mm"


if TYPE_CHECKING:
    Pet: TypeAlias = Cat | Dog
    Form: TypeAlias = Circle | Square | dict[str, int]
    Text: TypeAlias = str | list[str] | dict[str, str]
    Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
    Moment: TypeAlias = str | datetime | int | float | bool
    Measure: TypeAlias = str | Unit
    Lists: TypeAlias = list[Circle] | list[Square]
    Kind: TypeAlias = Cat | Dog
    Outer: TypeAlias = Form | Kind
    Version: TypeAlias = Circle | Square
    Flag: TypeAlias = Circle | Square
    Shape: TypeAlias = Circle | Figure
else:
    Pet = union(
        "Pet",
        lambda: (Cat, Dog),
        Discriminator("kind", {"cat": lambda: Cat, "dog": lambda: Dog, "puppy": lambda: Dog}),
    )
    Form = union("Form", lambda: (Circle, Square, dict[str, int]))
    Text = union("Text", lambda: (str, list[str], dict[str, str]))
    Tree = union("Tree", lambda: (str, list[Tree], dict[str, Tree]))
    Moment = union("Moment", lambda: (str, datetime, int, float, bool))
    Measure = union("Measure", lambda: (str, Unit))
    Lists = union("Lists", lambda: (list[Circle], list[Square]))
    Kind = union("Kind", lambda: (Cat, Dog))
    Outer = union("Outer", lambda: (Form, Kind))
    Version = union(
        "Version",
        lambda: (Circle, Square),
        Discriminator("v", {"1": lambda: Circle, "2": lambda: Square, "3": lambda: Square}),
    )
    Flag = union(
        "Flag",
        lambda: (Circle, Square),
        Discriminator("round", {"true": lambda: Circle, "false": lambda: Square}),
    )
    Shape = union(
        "Shape",
        lambda: (Circle, Figure),
        Discriminator("kind", {"circle": lambda: Circle}, lambda: Figure),
    )


class Home(Model, kw_only=True):
    pet: Pet
    pets: list[Pet] | UnsetType = UNSET
    guest: Pet | UnsetType | None = UNSET
    by_name: dict[str, Pet] | UnsetType = UNSET
    note: Text | UnsetType = UNSET


def test_the_discriminator_chooses() -> None:
    home = decode(
        b'{"pet":{"kind":"cat","lives":9,"friend":{"kind":"dog"}},"pets":[{"kind":"dog"},{"kind":"cat"}],'
        b'"guest":null,"by_name":{"rex":{"kind":"dog","tricks":["sit"]}},"note":["a"]}',
        Home,
    )
    assert home == Home(
        pet=Cat(lives=9, friend=Dog()),
        pets=[Dog(), Cat()],
        guest=None,
        by_name={"rex": Dog(tricks=["sit"])},
        note=["a"],
    )


def test_an_unknown_kind_stays_as_it_came(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    decoding.log_to("zoo")
    home = decode(b'{"pet":{"kind":"hamster","lives":1},"pets":[{"kind":"dog"}]}', Home)
    assert home.pet == {"kind": "hamster", "lives": 1}
    assert home.pets == [Dog()]
    assert "no variant fits" in caplog.text
    assert to_wire(home)["pet"] == {"kind": "hamster", "lives": 1}


def test_the_value_under_the_discriminator_is_trusted_and_kept() -> None:
    puppy = decode(b'{"kind":"puppy","tricks":[]}', Pet)
    assert isinstance(puppy, Dog)
    assert to_wire(puppy) == {"kind": "puppy", "tricks": []}


def test_without_the_discriminator_the_best_match_is_taken() -> None:
    assert decode(b'{"tricks":["sit"]}', Pet) == Dog(tricks=["sit"])
    assert decode(b'{"lives":1}', Pet) == Cat(lives=1)


def test_a_variant_keeps_unknown_fields_and_mismatches() -> None:
    home = decode(b'{"pet":{"kind":"cat","lives":"nine","new":1}}', Home)
    assert home.pet.lives == "nine"
    assert home.pet.extra == {"new": 1}
    assert decode(b'{"pet":{"kind":"dog","new":1},"x":1}', Home).pet.extra == {"new": 1}


CHOICES: list[tuple[Any, Any, Any]] = [
    (Form, {"radius": 1}, Circle(radius=1.0)),
    (Form, {"side": 1, "radius": "x"}, Square(side=1.0)),
    (Form, {"side": 2, "color": "red"}, Square(side=2.0, color="red")),
    (Form, {"side": 2, "new": "x"}, Square(side=2.0)),
    (Form, {"a": 1}, {"a": 1}),
    (Form, {"a": "x"}, {"a": "x"}),
    (Form, 3, 3),
    (Form, None, None),
    (Text, "a", "a"),
    (Text, ["a"], ["a"]),
    (Text, {"a": "b"}, {"a": "b"}),
    (Text, 3, 3),
    (Tree, ["a", {"b": ["c", []]}], ["a", {"b": ["c", []]}]),
    (Moment, "2026-01-01T00:00:00", datetime(2026, 1, 1)),
    (Moment, "soon", "soon"),
    (Moment, 3, 3),
    (Moment, 3.5, 3.5),
    (Moment, True, True),
    (Moment, [], []),
    (Measure, "mm", Unit.MM),
    (Measure, "inch", "inch"),
    (Lists, [{"side": 1}], [Square(side=1.0)]),
    (Lists, [], []),
    (Kind, {"kind": "dog"}, Dog()),
    (Kind, {"kind": "cat", "tricks": []}, Cat()),
    (Kind, {"kind": "cow", "lives": 1}, {"kind": "cow", "lives": 1}),
    (Kind, {}, Cat()),
    (Outer, {"side": 2, "color": "red"}, Square(side=2.0, color="red")),
    (Outer, {"kind": "dog", "tricks": []}, Dog(tricks=[])),
    (Version, {"v": 2, "side": 1}, Square(side=1.0)),
    (Version, {"v": "3", "side": 1}, Square(side=1.0)),
    (Version, {"v": 2.0, "side": 1}, Square(side=1.0)),
    (Version, {"v": 9, "side": 1}, {"v": 9, "side": 1}),
    (Version, {"side": 1}, Square(side=1.0)),
    (Flag, {"round": True, "radius": 1}, Circle(radius=1.0)),
    (Flag, {"round": False, "side": 1}, Square(side=1.0)),
    (Shape, {"kind": "circle", "radius": 1}, Circle(radius=1.0)),
    (Shape, {"kind": "blob", "radius": 1}, Figure(kind="blob")),
    (Shape, {"radius": 1}, Figure()),
]


@pytest.mark.parametrize(("marker", "value", "chosen"), CHOICES)
def test_the_variant_with_the_fewest_losses_is_chosen(marker: Any, value: Any, chosen: Any) -> None:
    found = decode_value(value, marker)
    assert found == chosen
    assert type(found) is type(chosen)


def test_of_equals_the_first_declared_is_taken() -> None:
    first = union("First", lambda: (Circle, Ring))
    second = union("Second", lambda: (Ring, Circle))
    assert type(decode(b'{"radius":1}', first)) is Circle
    assert type(decode(b'{"radius":1}', second)) is Ring


class Ring(Model, kw_only=True):
    radius: float


class Mistyped(Model, kw_only=True):
    form: Form | int


def test_a_union_beside_other_types_is_read_all_the_same() -> None:
    assert decode(b'{"form":{"radius":1}}', Mistyped).form == Circle(radius=1.0)
    assert decode(b'{"form":3}', Mistyped).form == 3


def test_values_that_nest_deeply_are_read() -> None:
    value: Any = "leaf"
    for _ in range(400):
        value = [value]
    assert decode_value(value, Tree) == value
    deep = b'{"kind":"cat","friend":' * 300 + b"null" + b"}" * 300
    assert isinstance(decode(deep, Pet), Cat)


WOVEN = {
    "__init__.py": "",
    "models/__init__.py": """
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pets import Cat, Color, Dog, Json, Pet, PetName

__all__ = ["Cat", "Color", "Dog", "Json", "Pet", "PetName"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module(".pets", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
""",
    "models/pets.py": '''
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union

from msgspec import field

from .. import models
from .._runtime.models import UNSET, Model, OpenEnum, UnsetType
from .._runtime.unions import Discriminator, union

__all__ = ["Cat", "Color", "Dog", "Json", "Pet", "PetName"]


class Color(OpenEnum):
    """A color."""

    DARK_RED = "dark-red"
    """As of wine."""


class Cat(Model, kw_only=True):
    """A cat."""

    kind: Literal["cat"] = "cat"
    best_friend: models.Pet | None | UnsetType = field(default=UNSET, name="bestFriend")
    color: models.Color | UnsetType = UNSET


class Dog(Model, kw_only=True):
    """A dog."""

    kind: Literal["dog"] = "dog"
    name: models.PetName
    pack: list[models.Pet] | UnsetType = UNSET
    notes: models.Json | UnsetType = UNSET

    @staticmethod
    def _extra_type() -> Any:
        return models.Color


if TYPE_CHECKING:
    Pet: TypeAlias = Union["models.Cat", "models.Dog"]
else:
    Pet = union(
        "Pet",
        lambda: (models.Cat, models.Dog),
        Discriminator("kind", {"cat": lambda: models.Cat, "dog": lambda: models.Dog}),
    )

if TYPE_CHECKING:
    PetName: TypeAlias = Union[str, list[str], dict[str, Any]]
else:
    PetName = union("PetName", lambda: (str, list[str], dict[str, Any]))

if TYPE_CHECKING:
    Json: TypeAlias = Union[str, float, bool, None, list["models.Json"], dict[str, "models.Json"]]
else:
    Json = union(
        "Json", lambda: (str, float, bool, None, list[models.Json], dict[str, models.Json])
    )
''',
    "use.py": """
from __future__ import annotations

from typing import assert_type

from . import models
from ._runtime.models import UNSET

dog = models.Dog(name=["Rex", "Max"], pack=[models.Cat(color=models.Color.DARK_RED)])
cat = models.Cat(best_friend=dog)
cat.extra["tail"] = True
notes: models.Json = {"a": ["b", 1, None]}


def lead(pet: models.Pet) -> str:
    if isinstance(pet, models.Cat):
        return str(pet.color)
    assert_type(pet, models.Dog)
    return "".join(pet.name) if pet.pack is not UNSET else ""
""",
    "wrong.py": """
from __future__ import annotations

from . import models

models.Dog(name=3)
models.Cat(best_friend="Rex")
models.Cat(colour=models.Color.DARK_RED)
""",
}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package as the templates weave it."""
    package = tmp_path_factory.mktemp("woven") / "woven_zoo"
    for name, text in WOVEN.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (package / "_runtime").mkdir()
    for source in RUNTIME.glob("*.py"):
        shutil.copy(source, package / "_runtime")
    return package


@pytest.fixture
def woven(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(zoo.parent))
    yield importlib.import_module("woven_zoo.models")
    for name in [name for name in sys.modules if name.startswith("woven_zoo")]:
        del sys.modules[name]


def test_woven_unions_decode(woven: ModuleType) -> None:
    decoding = importlib.import_module("woven_zoo._runtime.decoding")
    found = decoding.decode(
        b'{"kind":"cat","bestFriend":{"kind":"dog","name":{"a":1},"pack":[{"kind":"cat"}],'
        b'"notes":[1.5,null,{"x":[]}],"tail":"dark-red"}}',
        woven.Pet,
    )
    assert isinstance(found, woven.Cat)
    dog = found.best_friend
    assert dog.name == {"a": 1}
    assert dog.pack == [woven.Cat()]
    assert dog.notes == [1.5, None, {"x": []}]
    assert dog.extra == {"tail": woven.Color.DARK_RED}
    assert decoding._voice.logger.name == "woven_zoo"


def check(tool: list[str], package: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *tool, package.name],
        cwd=package.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    "tool",
    [
        ["mypy", "--strict", "--warn-unreachable", "--cache-dir=.mypy_cache"],
        ["pyright", "--pythonpath", sys.executable],
    ],
    ids=["mypy", "pyright"],
)
def test_type_checkers_find_only_what_is_wrong(zoo: Path, tool: list[str]) -> None:
    errors = [
        line for line in check(tool, zoo).splitlines() if " error: " in line or " error " in line
    ]
    lines = sorted(
        int(line.split("wrong.py:")[1].split(":")[0]) for line in errors if "wrong.py" in line
    )
    assert lines == [6, 7, 8]
    assert [line for line in errors if "wrong.py" not in line] == []


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(unions, name) for name in unions.__all__)
