import Addresses
import Announcement
import BFD
import ClusterConfiguration
import Interfaces
import KubernetesModel
import LinkLayer
import NetworkIO
import NodeDecisions
import Speaker
import Testing
import Timing

/// Who is to have an address, given what the wire has shown.
@Suite("What the wire shows decides with") struct OwnershipTests {
    static let names = ["n1", "n2", "n3"]
    static let identities = NodeIdentities(names)

    static func id(_ node: String) -> UInt32 { identities.discriminator(of: node) ?? 0 }

    /// A core of one of three nodes that hear each other on `eth0`, with 30 addresses.
    static func make(_ node: String, preemption: Layer2Preemption = .never) throws -> SpeakerCore {
        var core = SpeakerCore(node: node)
        let interface = Interface(
            index: 2, name: "eth0", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 2),
            addresses: [InterfaceAddress(address: try IPAddress("192.0.2.1"), prefixLength: 24)])
        _ = core.handle(.linksChanged(InterfaceTable([interface])))
        _ = core.handle(
            .updated(
                SpeakerUpdate(
                    configuration: Configuration(
                        layer2Advertisements: [Layer2Advertisement(name: "all", preemption: preemption)]),
                    nodes: names.map { Node(metadata: ObjectMeta(name: $0)) },
                    services: addresses.enumerated().map { number, address in
                        AnnouncedService(
                            NamespacedName(namespace: "default", name: "s\(number)"),
                            addresses: [.init(address, pool: "lan")])
                    })))
        return core
    }

    static let addresses = (1...30).map { IPAddress.v4(IPv4Address(192, 0, 2, UInt8(100 + $0))) }

    static func others(than node: String) -> Set<String> { Set(names).subtracting([node]) }

    /// The addresses that the node is to own, from the actions so far.
    struct Duties {
        var roles: [IPAddress: ClaimRole] = [:]
        /// How many times the role of an address changed.
        var changes = 0

        mutating func take(_ actions: [SpeakerCore.Action]) {
            for case .claim(let all) in actions {
                for case .assign(let address, let new) in all {
                    roles[address] = new["eth0"]
                    changes += 1
                }
            }
        }

        var owned: Set<IPAddress> { Set(roles.filter { $0.value.isOwner }.keys) }
    }

    static func report(_ holders: [IPAddress: String], to node: String) -> SpeakerCore.Event {
        .reported(
            holders.sorted { $0.key < $1.key }.map { address, holder in
                .holder(holder == node ? .thisNode : .speaker(id(holder)), of: address, on: "eth0")
            })
    }

    /// The assignment of all nodes that hear each other, once each knows what the others hold.
    static func settled() throws -> (cores: [String: SpeakerCore], holders: [IPAddress: String]) {
        var cores: [String: SpeakerCore] = [:]
        var holders: [IPAddress: String] = [:]
        for name in names {
            var core = try make(name)
            var duties = Duties()
            duties.take(core.handle(.heard(names: ["eth0": others(than: name)])))
            for address in duties.owned { holders[address] = name }
            cores[name] = core
        }
        #expect(holders.count == 30)
        for name in names {
            let actions = cores[name]?.handle(report(holders, to: name)) ?? []
            #expect(actions.isEmpty, "what all expected moves nothing")
        }
        return (cores, holders)
    }

    @Test("A node that returns takes nothing back from live owners") func sticky() throws {
        var (cores, holders) = try Self.settled()
        let gone = "n2"
        for name in Self.others(than: gone) {
            var duties = Duties()
            duties.take(cores[name]?.handle(.heard(names: ["eth0": Self.others(than: name).subtracting([gone])])) ?? [])
            #expect(!duties.owned.isEmpty)
            #expect(duties.owned.allSatisfy { holders[$0] == gone }, "one node's loss moves only its own addresses")
            for address in duties.owned { holders[address] = name }
        }
        for name in Self.others(than: gone) { _ = cores[name]?.handle(Self.report(holders, to: name)) }
        #expect(!holders.values.contains(gone))
        for name in Self.others(than: gone) {
            var duties = Duties()
            duties.take(cores[name]?.handle(.heard(names: ["eth0": Self.others(than: name)])) ?? [])
            #expect(duties.owned.subtracting(holders.filter { $0.value == name }.keys).isEmpty)
            let given = duties.roles.filter { !$0.value.isOwner && holders[$0.key] == name }
            #expect(given.isEmpty)
        }
        // The one that returns is told by the others, and claims nothing.
        var core = try Self.make(gone)
        var duties = Duties()
        duties.take(core.handle(Self.report(holders, to: gone)))
        duties.take(core.handle(.heard(names: ["eth0": Self.others(than: gone)])))
        duties.take(core.handle(Self.report(holders, to: gone)))
        #expect(duties.owned.isEmpty)
    }

    @Test("With preemption Always it takes its share back") func always() throws {
        var core = try Self.make("n2", preemption: .always)
        var duties = Duties()
        duties.take(core.handle(.heard(names: ["eth0": ["n1", "n3"]])))
        let share = duties.owned
        #expect(share.count == 10)
        duties.take(core.handle(Self.report(Dictionary(uniqueKeysWithValues: share.map { ($0, "n1") }), to: "n2")))
        #expect(duties.owned == share)
        for address in share { #expect(duties.roles[address] == .owner(ClaimRank(), over: Self.id("n1"))) }
    }

    @Test("A node that is not heard, but shows itself on the wire, keeps what it holds") func presence() throws {
        let (cores, holders) = try Self.settled()
        var core = try #require(cores["n1"])
        var duties = Duties()
        duties.take(core.handle(.heard(names: ["eth0": ["n3"]])))
        #expect(!duties.owned.isEmpty)
        duties.take(core.handle(.reported([.present([Self.id("n2")], on: "eth0")])))
        #expect(duties.owned.allSatisfy { holders[$0] == "n1" })
        #expect(core.present == ["eth0": ["n2"]])
        duties.take(core.handle(.reported([.present([], on: "eth0")])))
        #expect(duties.owned.contains { holders[$0] == "n2" })
    }

    @Test("A cordoned owner hands over while it answers; alone, it keeps what it has") func cordoned() throws {
        let (cores, holders) = try Self.settled()
        for (name, before) in cores {
            var core = before
            var duties = Duties()
            let nodes = Self.names.map { node in
                Node(metadata: ObjectMeta(name: node), spec: NodeSpec(unschedulable: node == "n2"))
            }
            duties.take(core.handle(.updated(SpeakerUpdate(nodes: nodes))))
            for (address, role) in duties.roles where holders[address] == "n2" {
                switch role {
                case .owner(_, let over): #expect(name != "n2" && over == Self.id("n2"))
                // The holder, too: it answers until the other claims, however late that learns that it is to.
                case .standby(_, let mayStandIn): #expect(mayStandIn)
                }
            }
            if name == "n2" { #expect(duties.owned.isEmpty) }
            if name == "n2" {
                duties.take(core.handle(.heard(names: ["eth0": []])))
                #expect(duties.owned.count == 30)
            }
        }
    }

    @Test("A stranger's address keeps its owner, which says why it is silent") func conflict() throws {
        let (cores, holders) = try Self.settled()
        var core = try #require(cores["n1"])
        let address = try #require(Self.addresses.first { holders[$0] == "n1" })
        let stranger = MACAddress(2, 9, 9, 9, 9, 9)
        let actions = core.handle(.reported([.stranger(ClaimStranger(stranger), of: address, on: "eth0")]))
        #expect(actions.isEmpty, "the claim itself deals with it")
        let silence = core.engine.plan().silent.first { $0.address == address && $0.node == "n1" }
        #expect(silence?.reason == .conflict)
        #expect(silence?.message.contains("02:09:09:09:09:09 on eth0") == true)
        _ = core.handle(.reported([.stranger(nil, of: address, on: "eth0")]))
        #expect(!core.engine.plan().silent.contains { $0.address == address && $0.node == "n1" })
    }

    @Test("A rebalance takes the misplaced addresses one after the other") func rebalance() throws {
        // n1 has had to take all of n2's.
        let (_, before) = try Self.settled()
        let share = Set(before.filter { $0.value == "n2" }.keys)
        var core = try Self.make("n2")
        var duties = Duties()
        duties.take(core.handle(Self.report(before.mapValues { $0 == "n2" ? "n1" : $0 }, to: "n2")))
        duties.take(core.handle(.heard(names: ["eth0": ["n1", "n3"]])))
        duties.take(core.handle(Self.report(before.mapValues { $0 == "n2" ? "n1" : $0 }, to: "n2")))
        #expect(duties.owned.isEmpty, "they stay")
        var actions = core.handle(.rebalanced)
        var moved: Set<IPAddress> = []
        var now = Instant.zero
        while let move = core.moves.first {
            duties.take(actions)
            #expect(duties.roles[move.address] == .owner(ClaimRank(), over: Self.id("n1")))
            #expect(duties.owned.subtracting(moved).count == 1)
            moved.insert(move.address)
            if moved.count == 3 {
                // This one does not work out.
                now = try #require(core.nextDeadline)
                actions = core.advance(to: now)
            } else {
                actions = core.handle(.reported([.holder(.thisNode, of: move.address, on: "eth0")]))
            }
        }
        duties.take(actions)
        #expect(core.nextDeadline == nil)
        #expect(moved == share)
        #expect(duties.owned.intersection(share).count == share.count - 1)
    }

    @Test("An interface that comes back counts only when it was listened to") func returns() throws {
        let (cores, _) = try Self.settled()
        var core = try #require(cores["n1"])
        _ = core.handle(.linksChanged(InterfaceTable([])))
        let interface = Interface(
            index: 2, name: "eth0", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 2),
            addresses: [InterfaceAddress(address: try IPAddress("192.0.2.1"), prefixLength: 24)])
        var duties = Duties()
        duties.take(core.handle(.linksChanged(InterfaceTable([interface]))))
        #expect(duties.owned.isEmpty)
        #expect(!core.isSettled)
    }
}
