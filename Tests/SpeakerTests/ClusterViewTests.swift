import Addresses
import Announcement
import ClusterConfiguration
import Foundation
import KubernetesModel
import NodeDecisions
import SystemIO
import TestSupport
import Testing

@testable import ClusterDecisions
@testable import Speaker

@Suite("What a speaker makes of a cluster") struct ClusterViewTests {
    private static func decode<Object: Decodable>(_ text: String) throws -> Object {
        try JSONDecoder().decode(Object.self, from: Data(text.utf8))
    }

    private static func pool(_ addresses: String) throws -> IPAddressPool {
        try decode(
            #"{"apiVersion":"martlet.dev/v1beta1","metadata":{"name":"lan"},"spec":{"addresses":["\#(addresses)"]}}"#)
    }

    private static func service(_ name: String, ip: String?, type: String = "LoadBalancer") throws -> Service {
        let ingress = ip.map { #"{"ip":"\#($0)"}"# } ?? ""
        return try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"default","labels":{"app":"\(name)"}},"spec":{"type":"\(type)"},
            "status":{"loadBalancer":{"ingress":[\(ingress)]}}}
            """)
    }

    private static func slice(_ name: String, of service: String, node: String?) throws -> EndpointSlice {
        let place = node.map { #","nodeName":"\#($0)""# } ?? ""
        return try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"default","labels":{"kubernetes.io/service-name":"\(service)"}},
            "addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}\(place)}]}
            """)
    }

    private static var ready: [ClusterView.Event] {
        ConfigurationObjects.Group.allCases.flatMap { group -> [ClusterView.Event] in
            [
                .configuration(.pool(.ready), group), .configuration(.layer2Advertisement(.ready), group),
                .configuration(.bgpAdvertisement(.ready), group), .configuration(.peer(.ready), group),
                .configuration(.bfdProfile(.ready), group), .configuration(.communities(.ready), group),
            ]
        } + [.service(.ready), .endpointSlice(.ready), .node(.ready)]
    }

    private static let web = NamespacedName(namespace: "default", name: "web")

    private static func view() throws -> ClusterView {
        var view = ClusterView(namespace: "martlet-system")
        _ = view.handle(.configuration(.pool(.initial(try pool("192.0.2.0/24"))), .martlet))
        _ = view.handle(.service(.initial(try service("web", ip: "192.0.2.7"))))
        for event in ready { _ = view.handle(event) }
        return view
    }

    @Test("nothing is told before everything has been seen; then everything at once") func completeness() throws {
        let events: [ClusterView.Event] =
            [
                .configuration(.pool(.initial(try Self.pool("192.0.2.0/24"))), .martlet),
                .service(.initial(try Self.service("web", ip: "192.0.2.7"))),
            ] + Self.ready
        var view = ClusterView(namespace: "martlet-system")
        for event in events.dropLast() { #expect(view.handle(event).update.isEmpty) }
        let update = view.handle(try #require(events.last)).update
        #expect(update.services.map(\.name) == [Self.web])
        #expect(update.services.first?.addresses.first?.pool == "lan")
        #expect(update.configuration != nil && update.nodes != nil)
    }

    @Test("a Service that is not Martlet's, or whose address no pool holds, is withdrawn") func withdrawal() throws {
        var ignored = try Self.service("web", ip: "192.0.2.7")
        ignored.metadata.annotations = ["martlet.dev/ignore": "true"]
        let rows: [(String, Service?)] = [
            ("deleted", nil), ("no address", try Self.service("web", ip: nil)),
            ("of no pool", try Self.service("web", ip: "203.0.113.1")),
            ("another type", try Self.service("web", ip: "192.0.2.7", type: "ClusterIP")),
            ("ignored", ignored),
        ]
        for (what, service) in rows {
            var view = try Self.view()
            let event: WatchEvent<Service> = service.map { .applied($0) } ?? .deleted(Self.web)
            #expect(view.handle(.service(event)).update.removed == [Self.web], "\(what)")
        }
    }

    @Test("what does not matter to announcing tells nothing, and saves nothing") func noise() throws {
        var view = try Self.view()
        var service = try Self.service("web", ip: "192.0.2.7")
        service.metadata.annotations = ["a": "b"]
        service.metadata.resourceVersion = "99"
        let outcome = view.handle(.service(.applied(service)))
        #expect(outcome.update.isEmpty && !outcome.mustSave)
    }

    @Test("slices of Services of no interest are passed over, and asked for when they become so") func slices() throws {
        var view = try Self.view()
        #expect(view.handle(.endpointSlice(.applied(try Self.slice("a", of: "api", node: "n1")))).update.isEmpty)
        let outcome = view.handle(.service(.applied(try Self.service("api", ip: "192.0.2.8"))))
        let api = NamespacedName(namespace: "default", name: "api")
        #expect(outcome.fetches == [api])
        let update = view.handle(.fetched(api, [try Self.slice("a", of: "api", node: "n1")])).update
        #expect(update.services.first?.endpoints?[.ipv4].nodes == ["n1"])
    }

    @Test(
        "endpoints are counted as they are: three pods on one node, one that terminates, and those of the other family")
    func counts() throws {
        func slice(_ name: String, _ type: String, _ endpoints: [(address: String, node: String, ready: Bool)]) throws
            -> EndpointSlice
        {
            let texts = endpoints.map {
                #"{"addresses":["\#($0.address)"],"nodeName":"\#($0.node)","#
                    + #""conditions":{"ready":\#($0.ready),"serving":true,"terminating":\#(!$0.ready)}}"#
            }
            return try Self.decode(
                """
                {"metadata":{"name":"\(name)","namespace":"default","labels":{"kubernetes.io/service-name":"web"}},
                "addressType":"\(type)","endpoints":[\(texts.joined(separator: ","))]}
                """)
        }
        let four = try slice(
            "web-4", "IPv4",
            [
                ("10.0.0.1", "n1", true), ("10.0.0.2", "n1", true), ("10.0.0.3", "n1", true), ("10.0.1.1", "n2", true),
                ("10.0.2.1", "n3", false),
            ])
        let six = try slice("web-6", "IPv6", [("fd00::1", "n1", true), ("fd00:1::1", "n2", true)])
        var view = try Self.view()
        _ = view.handle(.endpointSlice(.applied(four)))
        let update = view.handle(.endpointSlice(.applied(six))).update
        let endpoints = try #require(update.services.first?.endpoints)
        #expect(endpoints[.ipv4] == FamilyEndpoints(ready: ["n1": 3, "n2": 1], terminating: ["n3": 1]))
        #expect(endpoints[.ipv6] == FamilyEndpoints(ready: ["n1": 1, "n2": 1]))
        #expect(endpoints == ServiceEndpoints([four, six]), "as they are for `run` and `plan`")
        // And after a restart without the API server.
        var next = ClusterView(namespace: "martlet-system")
        #expect(next.handle(.restored(view.saved)).update.services.first?.endpoints == endpoints)
    }

    @Test("a Service that is of type LoadBalancer again: its slices, of which nobody tells again, are asked for")
    func typeThereAndBack() throws {
        var view = try Self.view()
        let slice = try Self.slice("a", of: "web", node: "n1")
        let update = view.handle(.endpointSlice(.applied(slice))).update
        #expect(update.services.first?.endpoints?[.ipv4].nodes == ["n1"])
        #expect(view.handle(.service(.deleted(Self.web))).fetches == [])
        #expect(view.endpoints(of: Self.web) == nil && view.saved.endpointSlices.isEmpty)
        let outcome = view.handle(.service(.applied(try Self.service("web", ip: "192.0.2.7"))))
        #expect(outcome.fetches == [Self.web])
        _ = view.handle(.fetched(Self.web, [slice]))
        #expect(view.endpoints(of: Self.web)?[.ipv4].nodes == ["n1"])
    }

    @Test("slices that were asked for: what the watch told meanwhile is newer") func answersFromBefore() throws {
        var view = try Self.view()
        for name in ["a", "b", "c"] {
            _ = view.handle(.endpointSlice(.applied(try Self.slice(name, of: "api", node: "n1"))))
        }
        let api = NamespacedName(namespace: "default", name: "api")
        #expect(view.handle(.service(.applied(try Self.service("api", ip: "192.0.2.8")))).fetches == [api])
        _ = view.handle(.endpointSlice(.deleted(NamespacedName(namespace: "default", name: "a"))))
        _ = view.handle(.endpointSlice(.applied(try Self.slice("b", of: "api", node: "n2"))))
        let answer = try ["a", "b", "c"].map { try Self.slice($0, of: "api", node: "n1") }
        _ = view.handle(.fetched(api, answer))
        #expect(view.endpoints(of: api)?[.ipv4].nodes == ["n1", "n2"], "of c and b; a is gone")
        #expect(view.saved.endpointSlices.map(\.metadata.name) == ["b", "c"])
        _ = view.handle(.endpointSlice(.deleted(NamespacedName(namespace: "default", name: "c"))))
        #expect(view.endpoints(of: api)?[.ipv4].nodes == ["n2"])
        // Nothing is asked for now: a slice of the same name that comes back counts.
        _ = view.handle(.endpointSlice(.applied(try Self.slice("a", of: "api", node: "n3"))))
        #expect(view.endpoints(of: api)?[.ipv4].nodes == ["n2", "n3"])
    }

    @Test(
        "a slice that goes to a Service of no interest, or to none, is no longer the former's",
        arguments: ["api", nil])
    func sliceOfAnother(_ other: String?) throws {
        var view = try Self.view()
        _ = view.handle(.endpointSlice(.applied(try Self.slice("a", of: "web", node: "n1"))))
        var slice = try Self.slice("a", of: other ?? "web", node: "n1")
        if other == nil { slice.metadata.labels = nil }
        let update = view.handle(.endpointSlice(.applied(slice))).update
        #expect(update.services.map(\.name) == [Self.web])
        #expect(view.endpoints(of: Self.web) == nil)
    }

    @Test("a pool that changes is looked up again for every Service") func pools() throws {
        var view = try Self.view()
        let update = view.handle(
            .configuration(.pool(.applied(try Self.pool("198.51.100.0/24"))), .martlet)
        ).update
        #expect(update.removed == [Self.web])
        #expect(update.configuration?.pools.count == 1)
    }

    @Test("what was saved is announced until the cluster is seen; what is gone since is withdrawn") func restored()
        throws
    {
        var view = try Self.view()
        _ = view.handle(.service(.applied(try Self.service("api", ip: "192.0.2.8"))))
        let folder = try TemporaryFolder()
        let store = ClusterStore(try StateDirectory(path: folder.path))
        try store.save(view.saved)
        let saved = try #require(store.load().saved)
        var next = ClusterView(namespace: "martlet-system")
        let update = next.handle(.restored(saved)).update
        #expect(Set(update.services.map(\.name.name)) == ["web", "api"])
        #expect(next.isRestored && !next.isComplete)
        // Meanwhile api went.
        _ = next.handle(.configuration(.pool(.initial(try Self.pool("192.0.2.0/24"))), .martlet))
        _ = next.handle(.service(.initial(try Self.service("web", ip: "192.0.2.7"))))
        var last = ClusterView.Outcome()
        for event in Self.ready { last = next.handle(event) }
        #expect(next.isComplete && !next.isRestored)
        #expect(last.update.removed.map(\.name) == ["api"])
        #expect(last.update.services.isEmpty, "web is announced already")
    }

    @Test("what is saved is read as it was: objects of every kind, none, one and two of each", arguments: 0...2)
    func roundTrip(_ count: Int) throws {
        func some<Object: Decodable>(_ spec: String = "{}") throws -> [Object] {
            try (0..<count).map { index in
                try Self.decode(
                    #"""
                    {"apiVersion":"martlet.dev/v1beta1","metadata":{"name":"o\#(index)","labels":{"é \"":"\\"}},
                    "spec":\#(spec)}
                    """#)
            }
        }
        var state = ClusterState()
        state.pools = try some(#"{"addresses":["192.0.2.0/24"]}"#)
        state.layer2Advertisements = try some()
        state.bgpAdvertisements = try some()
        state.peers = try some(#"{"myASN":64512,"peerASN":64513,"peerAddress":"192.0.2.1"}"#)
        state.bfdProfiles = try some()
        state.communities = try some(#"{"communities":[]}"#)
        state.services = try some()
        state.nodes = try some()
        state.secrets = try (0..<count).map { index in
            try Self.decode(#"{"metadata":{"name":"s\#(index)"},"data":{"password":"cGE="}}"#)
        }
        state.endpointSlices = try (0..<count).map { try Self.slice("e\($0)", of: "web", node: "n1") }
        let folder = try TemporaryFolder()
        let store = ClusterStore(try StateDirectory(path: folder.path))
        let saved = SavedCluster(state)
        try store.save(saved)
        #expect(store.load().warning == nil)
        #expect(store.load().saved == saved)
        #expect(store.load().saved?.communities.count == count)
    }

    @Test("a damaged file is not used, and said; only its owner can read it") func store() throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let store = ClusterStore(directory)
        #expect(store.load().saved == nil && store.load().warning == nil)
        try store.save(try Self.view().saved)
        #expect(store.load().saved?.services.count == 1)
        let file = folder.path + "/" + ClusterStore.file
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        var octets = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        octets[octets.count - 5] ^= 1
        try Data(octets).write(to: URL(fileURLWithPath: file))
        #expect(store.load().saved == nil)
        #expect(store.load().warning?.contains("damaged") == true)
    }
}
