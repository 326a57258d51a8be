"""The mappings of every pair that there is, by its name: custom objects come and go while the engine runs (X1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmsync_desktop.app.mappings import Mappings
from crmsync_desktop.domain.mapping import Mapping as FieldMapping
from crmsync_desktop.domain.settings import all_pairs
from crmsync_desktop.ports.store import Store


class AllMappings(Mapping[str, Mappings]):
    """`defaults` by pair: those that ship. A custom object has none; what was proposed for it is stored."""

    def __init__(self, store: Store, defaults: Mapping[str, Sequence[FieldMapping]]) -> None:
        self._store = store
        self._defaults = defaults

    def __getitem__(self, name: str) -> Mappings:
        return Mappings(self._store, all_pairs(self._store.settings())[name], self._defaults.get(name, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(all_pairs(self._store.settings()))

    def __len__(self) -> int:
        return len(all_pairs(self._store.settings()))
