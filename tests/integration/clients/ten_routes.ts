import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };
const baseUrl = process.argv[2] ?? "";
const asking = (token: string) =>
  createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const manager = asking("manager");
const resident = asking("resident");
const guard = asking("guard");
const community = "willow";

const me = await resident.GET("/directory/me");
const shown = await manager.GET("/directory/communities/{community}", { params: { path: { community } } });
const people = await manager.GET("/directory/communities/{community}/people", {
  params: { path: { community }, query: { limit: 2 } },
});
const building = await manager.POST("/directory/communities/{community}/buildings", {
  params: { path: { community }, header: { "Idempotency-Key": "once" } },
  body: { building: "b9", name: "9号楼" },
});
const gates = await manager.GET("/access/communities/{community}/gates", { params: { path: { community } } });
const asked = await guard.POST("/access/communities/{community}/gates/{gate}/passes", {
  params: { path: { community, gate: "willow-gate-1" } },
  body: { event_id: "by-guard", credential: "card", value: "willow-resident-1-card" },
});
// What may be left out is left out: `entries`, `gates`, `windows`, `plate`.
const invitation: components["schemas"]["Invitation"] = {
  visitor_name: "Wang Fang",
  valid_from: "2026-01-05T08:00:00Z",
  valid_until: "2026-01-05T20:00:00Z",
};
const invited = await resident.POST("/access/communities/{community}/invitations", {
  params: { path: { community } },
  body: invitation,
});
const withdrawn = await resident.DELETE("/access/communities/{community}/invitations/{invitation}", {
  params: { path: { community, invitation: invited.data?.invitation ?? "" } },
});
const ticket = await resident.POST("/maintenance/communities/{community}/tickets", {
  params: { path: { community } },
  body: { category: "plumbing", description: "The tap drips", building: "b1", unit: "101" },
});
const mine = await resident.GET("/maintenance/communities/{community}/people/{person}/tickets", {
  params: { path: { community, person: "willow-resident-1" }, query: { limit: 5 } },
});
const refused = await resident.GET("/directory/communities/{community}/people", {
  params: { path: { community } },
});
const unknown = await asking("stranger").GET("/directory/communities/{community}", {
  params: { path: { community } },
});

console.log(
  JSON.stringify({
    me: me.data?.person,
    community: shown.data?.community,
    people: people.data?.items.length,
    building: building.data?.name,
    gates: gates.data?.items.length,
    open: asked.data?.open,
    withdrawn: withdrawn.response.status,
    mine: mine.data?.items.some((each) => each.ticket === ticket.data?.ticket),
    refused: refused.error?.type,
    unknown: unknown.error?.type,
  }),
);
