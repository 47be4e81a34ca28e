import Addresses
import Announcement
import ClusterConfiguration
import Interfaces
import KubernetesModel
import NetworkIO
import TestSupport
import Testing
import Timing

@testable import NodeDecisions
@testable import Speaker

@Suite("Changes that wait") struct PendingUpdateTests {
    static let names = ["a", "b", "c"].map { NamespacedName(namespace: "default", name: $0) }

    static func service(_ name: NamespacedName, _ address: UInt8) -> AnnouncedService {
        AnnouncedService(name, addresses: [.init(.v4(IPv4Address(192, 0, 2, address)), pool: "lan")])
    }

    static func nodes(_ count: Int) -> [Node] {
        (1...count).map { Node(metadata: ObjectMeta(name: "n\($0)")) }
    }

    static func isEmpty(_ pending: inout PendingUpdate) -> Bool { pending.take() == nil }

    @Test("become one, of which what came last stands; the moment is that of the first")
    func merge() throws {
        let (a, b, c) = (Self.names[0], Self.names[1], Self.names[2])
        var pending = PendingUpdate()
        #expect(Self.isEmpty(&pending))
        let first = pending.add(
            SpeakerUpdate(nodes: Self.nodes(1), services: [Self.service(c, 1), Self.service(a, 2)], removed: [b]),
            since: .zero.advanced(by: .seconds(1)))
        let second = pending.add(
            SpeakerUpdate(
                configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]),
                nodes: Self.nodes(2), services: [Self.service(b, 3)], removed: [c]),
            since: .zero.advanced(by: .seconds(2)))
        #expect(first && !second)
        let taken = pending.take()
        let (update, since) = try #require(taken)
        #expect(
            update
                == SpeakerUpdate(
                    configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]),
                    nodes: Self.nodes(2), services: [Self.service(a, 2), Self.service(b, 3)], removed: [c]))
        #expect(since == .zero.advanced(by: .seconds(1)))
        #expect(Self.isEmpty(&pending))
        let isFirst = pending.add(SpeakerUpdate(removed: [a]), since: .zero)
        #expect(isFirst)
    }

    @Test("decide together what they decide one by one", arguments: 1...40) func property(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var (alone, together) = (SpeakerCore(node: "n1"), SpeakerCore(node: "n1"))
        let link = Interface(
            index: 2, name: "eth0", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 2),
            addresses: [InterfaceAddress(address: .v4(IPv4Address(192, 0, 2, 250)), prefixLength: 24)])
        for event in [
            SpeakerCore.Event.linksChanged(InterfaceTable([link])), .heard(names: ["eth0": ["n2", "n3", "n4"]]),
        ] {
            _ = alone.handle(event)
            _ = together.handle(event)
        }
        var pending = PendingUpdate()
        let beginning = SpeakerUpdate(
            configuration: Configuration(layer2Advertisements: [Layer2Advertisement(name: "all")]))
        _ = alone.handle(.updated(beginning))
        _ = pending.add(beginning, since: .zero)
        for _ in 1...60 {
            var update = SpeakerUpdate()
            let name = Self.names[Int.random(in: 0..<Self.names.count, using: &random)]
            switch Int.random(in: 0..<4, using: &random) {
            case 0: update.nodes = Self.nodes(Int.random(in: 1...5, using: &random))
            case 1: update.removed = [name]
            default: update.services = [Self.service(name, UInt8.random(in: 1...4, using: &random))]
            }
            _ = alone.handle(.updated(update))
            _ = pending.add(update, since: .zero)
            guard Int.random(in: 0..<6, using: &random) == 0, let (merged, _) = pending.take() else { continue }
            _ = together.handle(.updated(merged))
            #expect(together.roles == alone.roles, "seed \(seed)")
            #expect(together.engine.planHere() == alone.engine.planHere(), "seed \(seed)")
        }
    }
}
