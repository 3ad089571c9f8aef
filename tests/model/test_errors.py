import inspect
import pickle

import pytest

from model import errors
from model.errors import ByhandError, RecipeError

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, Exception)
}


def drawn_tree() -> dict[str, str]:
    """Each exception and its parent, as the module's docstring draws them."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if name.endswith("Error"):
            depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
            path[depth:] = [name]
            if depth:
                parents[name] = path[depth - 1]
    return parents


def test_the_tree_in_the_docstring_is_the_one_in_the_code() -> None:
    bases = {name: cls.__bases__[0].__name__ for name, cls in CLASSES.items()}
    assert drawn_tree() == {name: base for name, base in bases.items() if name != "ByhandError"}
    assert bases["ByhandError"] == "Exception"


def test_every_exception_is_exported() -> None:
    assert errors.__all__ == sorted(CLASSES)
    assert all(issubclass(cls, ByhandError) for cls in CLASSES.values())


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_an_exception_survives_the_way_from_another_process(name: str) -> None:
    field = ("epochs",) if name == "RecipeError" else ()
    error = CLASSES[name](*field, "npz.kind", name="meta", expected="state", found="model")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_a_recipe_error_names_its_field() -> None:
    error = RecipeError("epochs", "recipe.no_number", found="x")
    assert (error.field, str(error.message)) == ("epochs", "must be a number, found x.")
    assert str(error) == "epochs: must be a number, found x."
