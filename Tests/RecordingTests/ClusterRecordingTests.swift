import Announcement
import ClusterConfiguration
import ClusterDecisions
import Foundation
import KubernetesModel
import NodeDecisions
import TestSupport
import Testing
import Timing

@testable import Recording

/// What a speaker and a controller in a cluster are given.
@Suite struct ClusterRecordingTests {
    private static func decode<Object: Decodable>(_ text: String) throws -> Object {
        try JSONDecoder().decode(Object.self, from: Data(text.utf8))
    }

    private static func service(_ name: String, ip: String?) throws -> Service {
        let ingress = ip.map { #"{"ip":"\#($0)"}"# } ?? ""
        return try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"default","labels":{"app":"\(name)"}},
            "spec":{"type":"LoadBalancer","ports":[{"port":80}]},"status":{"loadBalancer":{"ingress":[\(ingress)]}}}
            """)
    }

    private static func slice(_ name: String, of service: String) throws -> EndpointSlice {
        try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"default","labels":{"kubernetes.io/service-name":"\(service)"}},
            "addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true},"nodeName":"n1"}]}
            """)
    }

    private static func own<Object: Decodable>(_ name: String, _ spec: String = "{}", _ more: String = "") throws
        -> Object
    {
        try decode(
            """
            {"apiVersion":"martlet.dev/v1beta1","metadata":{"name":"\(name)","namespace":"martlet-system"\(more)},
            "spec":\(spec)}
            """)
    }

    private static func peer() throws -> BGPPeer {
        try own(
            "router",
            #"{"myASN":64512,"peerASN":64513,"peerAddress":"192.0.2.1","password":"\#(RecordingTests.secrets[0])"}"#,
            #","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"\#(RecordingTests.secrets[3])"}"#)
    }

    private static func secret() throws -> Secret {
        let text = RecordingTests.base64(RecordingTests.secrets[1])
        return try decode(
            """
            {"metadata":{"name":"bgp","namespace":"martlet-system"},"type":"kubernetes.io/basic-auth",
            "data":{"password":"\(text)"}}
            """)
    }

    private static func peerWithSecret() throws -> BGPPeer {
        try own("other", #"{"myASN":64512,"peerASN":64513,"peerAddress":"192.0.2.3","passwordSecret":{"name":"bgp"}}"#)
    }

    private static func changes() throws -> [ConfigurationChange] {
        let pool: IPAddressPool = try own("lan", #"{"addresses":["192.0.2.0/24"]}"#)
        return [
            .pool(.initial(pool)), .pool(.ready), .layer2Advertisement(.initial(try own("all"))),
            .layer2Advertisement(.ready), .bgpAdvertisement(.applied(try own("all"))), .bgpAdvertisement(.ready),
            .peer(.initial(try peer())), .peer(.initial(try peerWithSecret())), .peer(.ready),
            .bfdProfile(.initial(try own("fast"))), .bfdProfile(.ready), .communities(.initial(try own("names"))),
            .communities(.ready),
        ]
    }

    private static func viewEvents() throws -> [ClusterView.Event] {
        var state = ClusterState()
        state.services = [try service("web", ip: "192.0.2.7")]
        state.secrets = [try secret()]
        state.peers = [try peer()]
        var events: [ClusterView.Event] = [.restored(SavedCluster(state))]
        events += try changes().map { .configuration($0, .martlet) }
        for change in try changes() {
            switch change {
            case .pool(.ready), .layer2Advertisement(.ready), .bgpAdvertisement(.ready), .peer(.ready),
                .bfdProfile(.ready), .communities(.ready):
                events.append(.configuration(change, .metalLB))
            default: break
            }
        }
        let name = NamespacedName(namespace: "default", name: "web")
        return events + [
            .secret(.initial(try secret())), .secret(.ready), .service(.initial(try service("web", ip: "192.0.2.7"))),
            .service(.ready), .node(.initial(Node(metadata: ObjectMeta(name: "n1")))), .node(.ready),
            .endpointSlice(.initial(try slice("web-1", of: "web"))), .endpointSlice(.ready),
            .fetched(name, [try slice("web-2", of: "web")]), .service(.deleted(name)),
        ]
    }

    @Test(
        "A speaker's life in a cluster → the same decisions, with updates that pass from core to core; no secret in it")
    func speaker() throws {
        var life = try RecordedLife()
        try life.give(.viewStarted(namespace: "martlet-system", loadBalancerClass: nil))
        try life.give(.speakerStarted(node: "n1", NodePolicy()))
        try life.give(.speaker(.linksChanged(try RecordingTests.table())))
        for event in try Self.viewEvents() {
            try life.give(.viewed(event))
            if case .viewed(let outcome)? = life.decisions.last, !outcome.update.isEmpty {
                try life.give(.updatesTaken(1))
            }
        }
        let recording = try Recording(life.file)
        #expect(recording.turns.count == life.decisions.count)
        #expect(recording.firstDifference == nil, "\(recording.firstDifference?.event ?? "")")
        let decided = recording.turns.flatMap(\.decisions).joined(separator: "\n")
        for word in ["hold(", "192.0.2.7", "advertise("] { #expect(decided.contains(word), "\(word)") }
        #expect(decided.contains("192.0.2.3"), "the peer with a Secret has a session")
        let file = String(decoding: life.file, as: UTF8.self)
        for secret in RecordingTests.secrets {
            #expect(!file.contains(secret) && !file.contains(RecordingTests.base64(secret)), "\(secret)")
        }
    }

    @Test("Each event of a controller → what was written is what is read") func controllerEvents() throws {
        let name = NamespacedName(namespace: "default", name: "web")
        let web = try Self.service("web", ip: "192.0.2.7")
        let key = ConfigurationKey(.metalLB, "IPAddressPool", NamespacedName(namespace: "m", name: "lan"))
        var events: [ControllerCore.Event] = [
            .service(.applied(web)), .service(.deleted(name)), .service(.ready),
            .namespace(.initial(try Self.decode(#"{"metadata":{"name":"default","labels":{"a":"b"}}}"#))),
            .node(.applied(Node(metadata: ObjectMeta(name: "n1")))), .serverAnswers, .deadlineReached,
        ]
        let outcomes: [WriteOutcome] = [
            .done(web), .done(nil), .conflict, .gone, .refused("no"), .failed("later", pause: .milliseconds(1500)),
            .failed("later", pause: nil),
        ]
        for outcome in outcomes {
            events += [.finished(.service(name), outcome), .finished(.configuration(key), outcome)]
        }
        for change in try Self.changes() {
            // Secrets are replaced, as another test shows.
            if case .peer(.initial) = change { continue }
            events += ConfigurationObjects.Group.allCases.map { .configuration(change, $0) }
        }
        for event in events {
            var names = SecretNames()
            let stored = StoredControllerEvent(event, &names)
            let read = try JSONDecoder().decode(StoredControllerEvent.self, from: JSONEncoder().encode(stored)).event()
            #expect(CanonicalText.of(read) == CanonicalText.of(event))
        }
    }

    @Test("Numbers that a core drew → the same again") func numbers() {
        var drawn = DrawnNumbers(SeededGenerator(seed: 7))
        let first = (0..<5).map { _ in Int.random(in: 0..<1000, using: &drawn) }
        var repeated = RepeatedNumbers(drawn.numbers)
        #expect((0..<5).map { _ in Int.random(in: 0..<1000, using: &repeated) } == first)
        #expect(repeated.next() == 0)
    }
}
