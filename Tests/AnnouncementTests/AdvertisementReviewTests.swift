import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("What each advertisement makes of an address") struct AdvertisementReviewTests {
    @Test("each says that it matches and where, or which selector failed") func all() {
        let nodes = [NodeView("n1", labels: ["zone": "west"]), NodeView("n2")]
        var cluster = Cluster(
            nodes,
            layer2: [
                Layer2Advertisement(name: "all"),
                Layer2Advertisement(name: "west", nodeSelectors: [selector("zone", "west")]),
                Layer2Advertisement(name: "nowhere", nodeSelectors: [selector("zone", "north")]),
                Layer2Advertisement(name: "other", pools: .named(["dmz"])),
                Layer2Advertisement(name: "api", serviceSelectors: [selector("app", "api")]),
            ],
            bgp: [
                BGPRouteAdvertisement(name: "wide", aggregationLength: 24),
                BGPRouteAdvertisement(name: "none", pools: .named([])),
            ])
        cluster.services = [makeService(labels: ["app": "web"])]
        let lines = cluster.engine().engine.advertisements(for: name("web")).map { review in
            "\(review.kind) \(review.name) \(review.matches ? "yes" : "no"): \(review.message)"
        }
        #expect(
            lines == [
                "L2Advertisement all yes: on every node",
                "L2Advertisement west yes: on n1",
                "L2Advertisement nowhere yes: but its nodeSelectors select no node",
                "L2Advertisement other no: it selects dmz, but the address is from lan",
                "L2Advertisement api no: its serviceSelectors (app=api) do not match the Service's labels",
                "BGPAdvertisement wide yes: as 192.0.2.0/24, on every node",
                "BGPAdvertisement none no: it selects no pool",
            ])
    }

    @Test("a shared address is not for an L2Advertisement with serviceSelectors") func shared() {
        var cluster = Cluster(
            [NodeView("n1")],
            layer2: [Layer2Advertisement(name: "web", serviceSelectors: [selector("app", "web")])])
        cluster.services = [makeService("web", labels: ["app": "web"]), makeService("api")]
        let review = cluster.engine().engine.advertisements(for: name("web"))
        #expect(review.map(\.matches) == [false])
        #expect(review.first?.message.contains("shared") == true)
    }

    @Test("a Service without addresses has none") func absent() {
        #expect(Cluster([NodeView("n1")]).engine().engine.advertisements(for: name("web")).isEmpty)
    }
}
