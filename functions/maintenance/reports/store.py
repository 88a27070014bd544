"""Where something is: what of it the directory and the registry know, as they have told."""

from dataclasses import dataclass
from typing import Self

from functions.maintenance.reports.models import Missing, Reported
from linli import communities
from linli.communities import Community, CommunityRow
from linli.places import PlaceNameRow
from linli.registered import RegisteredRow
from linli.tables import Rows, read
from linli.vocabulary.maintenance import MaintenancePolicy


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of the place that a report names. One read, and a query where nothing is known of it."""

    community: str
    known: Community
    reported: Reported
    rows: Rows
    places_told: bool
    devices_told: bool

    @classmethod
    def read(cls, community: str, reported: Reported) -> Self:
        """What is known of a report's building, unit and asset, and of its community."""
        keys = [CommunityRow.key(community)]
        keys += [PlaceNameRow.key(community, reported.building)] if reported.building else []
        keys += [PlaceNameRow.key(community, f"{reported.building}/{reported.unit}")] if reported.unit else []
        keys += [RegisteredRow.key(community, reported.asset)] if reported.asset else []
        rows = read(keys)
        return cls(
            community,
            communities.known(rows, community),
            reported,
            rows,
            places_told=reported.building is not None and _any(PlaceNameRow, rows, community),
            devices_told=reported.asset is not None and _any(RegisteredRow, rows, community),
        )

    def missing(self, policy: MaintenancePolicy) -> list[Missing]:
        """What nobody knows of. Nothing is said to be missing of a community whose places, or devices, were
        never told; nor an asset that told of its fault itself.
        """
        reported, missing = self.reported, list[Missing]()
        building, unit = reported.building, reported.unit
        if building is not None and self.places_told:
            if not self._is_told(building) and building not in policy.positions:
                missing.append("building")
            if unit is not None and not self._is_told(f"{building}/{unit}"):
                missing.append("unit")
        if self.devices_told and reported.source != "device" and not self._is_registered:
            missing.append("asset")
        return missing

    def _is_told(self, place: str) -> bool:
        return PlaceNameRow.key(self.community, place) in self.rows

    @property
    def _is_registered(self) -> bool:
        row = self.rows.one(RegisteredRow, RegisteredRow.key(self.community, self.reported.asset or ""))
        return row is not None and not row.revoked


def _any(kind: type[PlaceNameRow | RegisteredRow], rows: Rows, community: str) -> bool:
    if any(isinstance(row, kind) for row in rows.values()):
        return True
    return next(iter(kind.query(kind.key.partition(community), limit=1)), None) is not None
