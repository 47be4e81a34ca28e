import Addresses
import BGP
import ClusterConfiguration
import KubernetesModel
import TestSupport
import Testing

@testable import Announcement

@Suite("Any history ends where a fresh start does") struct EnginePropertyTests {
    /// Everything that an engine is told, as it stands; and random changes of it.
    struct World {
        var random: SeededGenerator
        var configuration = Configuration()
        var services: [NamespacedName: AnnouncedService] = [:]
        var nodes: [NodeView] = []
        var liveness = Liveness.everyone
        var holders: [String?: [IPAddress: String]] = [:]
        var conflicts: [IPAddress: String] = [:]
        var drainedFor: Duration?

        enum Event {
            case configuration(Configuration)
            case nodes([NodeView])
            case service(AnnouncedService)
            case removal(NamespacedName)
            case liveness(Liveness)
            case holder(String?, IPAddress, String?)
            case conflict(String?, IPAddress)
            case drainedFor(Duration?)
        }

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            configuration = makeConfiguration()
        }

        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        private mutating func some(_ names: [String]) -> Set<String> {
            Set(names.filter { _ in Bool.random(using: &random) })
        }
        private mutating func selectors(_ key: String, _ values: [String]) -> [Selector] {
            chance(60) ? [] : values.shuffled(using: &random).prefix(number(1...2)).map { selector(key, $0) }
        }

        private mutating func makeConfiguration() -> Configuration {
            var result = Configuration(
                pools: [
                    Pool(name: "p0", ranges: [range("192.0.2.0/28"), range("2001:db8::/124")]),
                    Pool(name: "p1", ranges: [range("192.0.2.16/28")]),
                ])
            for index in 0..<number(0...3) {
                result.layer2Advertisements.append(
                    Layer2Advertisement(
                        name: "l\(index)", pools: chance(50) ? .all : .named(some(["p0", "p1"])),
                        nodeSelectors: selectors("zone", ["east", "west"]),
                        serviceSelectors: selectors("app", ["web", "api"]),
                        interfaces: chance(60) ? .all : .named(some(["eth0", "eth1"]).union(["eth9"])),
                        preferences: chance(80)
                            ? [] : [NodePreference(weight: number(1...2), selector: selector("zone", "west"))]))
            }
            for index in 0..<number(0...3) {
                result.bgpAdvertisements.append(
                    BGPRouteAdvertisement(
                        name: "b\(index)", pools: chance(50) ? .all : .named(some(["p0", "p1"])),
                        nodeSelectors: selectors("zone", ["east", "west"]),
                        serviceSelectors: selectors("app", ["web", "api"]),
                        peers: chance(60) ? nil : some(["t0", "t1"]),
                        aggregationLength: [24, 28, 32].randomElement(using: &random) ?? 32,
                        aggregationLengthV6: chance(50) ? 128 : 64,
                        localPreference: chance(50) ? nil : UInt32(number(1...2)),
                        communities: chance(50) ? [] : [Community(1, UInt16(number(1...3)))],
                        multiExitDiscriminator: chance(80) ? nil : UInt32(number(0...1)),
                        prepending: chance(80) ? 0 : UInt8(number(1...2)), weighsEndpoints: chance(20),
                        drainTime: .seconds(number(0...3))))
            }
            for index in 0..<number(0...2) {
                result.peers.append(
                    peer(
                        "t\(index)", chance(70) ? "10.0.0.1" : "fd00::1", asn: chance(50) ? 64512 : 64513,
                        nodes: selectors("zone", ["east", "west"]), dualStack: chance(30)))
            }
            return result
        }

        private mutating func makeNode(_ name: String) -> NodeView {
            var labels = ["zone": chance(50) ? "east" : "west"]
            if chance(8) { labels[NodeView.excludeLabel] = "" }
            return NodeView(
                name, labels: labels, isReady: chance(90), drain: chance(10) ? .cordon : nil,
                network: chance(85) ? .available : chance(50) ? .unknown : .unavailable, isDraining: chance(5),
                interfaces: chance(80) ? nil : some(["eth0", "eth1"]))
        }

        private mutating func makeAddress() -> IPAddress {
            let number = UInt32(number(0...31))
            if number < 16, chance(30) { return .v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | UInt128(number))) }
            return .v4(IPv4Address(rawValue: 0xC000_0200 | number))
        }

        private mutating func makeEndpoints() -> FamilyEndpoints {
            func counts(_ nodes: Set<String>) -> [String: Int] {
                Dictionary(uniqueKeysWithValues: nodes.map { ($0, $0 == "n0" ? 2 : 1) })
            }
            let all = ["n0", "n1", "n2", "n3"]
            return FamilyEndpoints(ready: counts(some(all)), terminating: counts(some(all)))
        }

        private mutating func makeService(_ name: NamespacedName) -> AnnouncedService {
            let addresses = Set((0..<number(1...2)).map { _ in makeAddress() }).sorted().map { address in
                AnnouncedService.Address(
                    address, pool: address.family == .ipv4 && address.rawValue & 16 != 0 ? "p1" : "p0")
            }
            let endpoints =
                chance(30)
                ? nil
                : ServiceEndpoints([.ipv4: makeEndpoints(), .ipv6: chance(20) ? FamilyEndpoints.none : makeEndpoints()])
            return AnnouncedService(
                name, labels: chance(50) ? [:] : ["app": chance(50) ? "web" : "api"], addresses: addresses,
                externalTrafficPolicy: chance(50) ? .cluster : .local, endpoints: endpoints,
                announcesWithoutEndpoints: chance(10))
        }

        /// Changes something, and says what. The world begins without nodes and Services, with a configuration.
        mutating func change() -> Event {
            switch number(0...99) {
            case 0..<3:
                configuration = makeConfiguration()
                return .configuration(configuration)
            case 3..<10:
                if chance(30) { nodes = (0..<number(0...4)).map { makeNode("n\($0)") } }
                if let index = nodes.indices.randomElement(using: &random) {
                    nodes[index] = makeNode(nodes[index].name)
                }
                return .nodes(nodes)
            case 10..<20:
                let all = ["n0", "n1", "n2", "n3"]
                liveness =
                    switch number(0...4) {
                    case 0: .everyone
                    case 1: .segments(["eth0": some(all)])
                    case 2: .segments([:])
                    default: .segments(["eth0": some(all), "eth1": some(all)])
                    }
                return .liveness(liveness)
            case 20..<35:
                let interface = [nil, "eth0", "eth1"].randomElement(using: &random) ?? nil
                let address = makeAddress()
                let holder = chance(50) ? nil : "n\(number(0...4))"
                holders[interface, default: [:]][address] = holder
                return .holder(holder, address, interface)
            case 35..<37:
                drainedFor = chance(40) ? nil : .seconds(number(0...3))
                return .drainedFor(drainedFor)
            case 37..<39:
                let address = makeAddress()
                conflicts[address] = chance(50) ? nil : "A stranger has it."
                return .conflict(conflicts[address], address)
            default:
                let name = name("s\(number(0...11))")
                if chance(30) {
                    services[name] = nil
                    return .removal(name)
                }
                let service = makeService(name)
                services[name] = service
                return .service(service)
            }
        }

        /// Everything as it stands, in any order.
        mutating func everything() -> [Event] {
            var events: [Event] = [.configuration(configuration), .nodes(nodes), .liveness(liveness)]
            events.append(.drainedFor(drainedFor))
            events += services.values.map { .service($0) }
            events += conflicts.map { .conflict($0.value, $0.key) }
            events += holders.flatMap { interface, held in held.map { .holder($0.value, $0.key, interface) } }
            return events.shuffled(using: &random)
        }
    }

    /// What a speaker does that performs the engine's changes; it rejects those that are none.
    struct Performer {
        var addresses: [IPAddress: InterfaceSelection] = [:]
        var routes: [IPPrefix: [String: RouteAttributes]] = [:]

        mutating func perform(_ changes: WatchedEngine.Differences, _ comment: Comment) {
            for change in changes.layer2 {
                switch change {
                case .announce(let address, let interfaces):
                    #expect(addresses[address] != interfaces, comment)
                    addresses[address] = interfaces
                case .withdraw(let address):
                    #expect(addresses.removeValue(forKey: address) != nil, comment)
                }
            }
            for change in changes.routes {
                switch change {
                case .advertise(let prefix, let attributes, let peers):
                    for peer in peers {
                        #expect(routes[prefix]?[peer] != attributes, comment)
                        routes[prefix, default: [:]][peer] = attributes
                    }
                case .withdraw(let prefix, let peers):
                    for peer in peers { #expect(routes[prefix]?.removeValue(forKey: peer) != nil, comment) }
                    if routes[prefix]?.isEmpty == true { routes[prefix] = nil }
                }
            }
        }
    }

    static func tell(_ engine: inout WatchedEngine, _ event: World.Event) -> WatchedEngine.Differences {
        switch event {
        case .configuration(let configuration): engine.apply(configuration)
        case .nodes(let nodes): engine.apply(nodes)
        case .service(let service): engine.apply(service)
        case .removal(let name): engine.remove(name)
        case .liveness(let liveness): engine.apply(liveness)
        case .holder(let holder, let address, let interface):
            engine.apply(holder: holder, of: address, on: interface)
        case .drainedFor(let time): engine.apply(drainedFor: time)
        case .conflict(let conflict, let address): engine.apply(conflict: conflict, of: address)
        }
    }

    /// 100,000 events in all; the whole state is compared after every 25th.
    @Test("Performing the differences is the same as starting afresh", arguments: 1...20) func incremental(seed: Int) {
        var world = World(seed: UInt64(seed))
        var engine = WatchedEngine(AnnouncementEngine(localNode: "n0"))
        var performer = Performer()
        _ = engine.apply(world.configuration)
        for step in 0..<5_000 {
            let event = world.change()
            performer.perform(Self.tell(&engine, event), "seed \(seed) step \(step)")
            // What is before other routes have arrived is no part of what a fresh engine knows.
            performer.perform(engine.apply(lingeringIsOver: engine.lingering), "seed \(seed) step \(step)")
            guard step % 25 == 0 else { continue }
            var fresh = WatchedEngine(AnnouncementEngine(localNode: "n0"))
            for event in world.everything() { _ = Self.tell(&fresh, event) }
            #expect(performer.addresses == engine.localAddresses, "seed \(seed) step \(step)")
            #expect(performer.routes == engine.localRoutes, "seed \(seed) step \(step)")
            #expect(fresh.localAddresses == engine.localAddresses, "seed \(seed) step \(step)")
            #expect(fresh.localRoutes == engine.localRoutes, "seed \(seed) step \(step)")
            #expect(fresh.problems == engine.problems, "seed \(seed) step \(step)")
            if step % 250 == 0 {
                #expect(fresh.plan() == engine.plan(), "seed \(seed) step \(step)")
                let whole = engine.plan()
                var here = engine.engine.planHere()
                here.problems = whole.problems
                var own = whole
                own.bgp.removeAll { $0.node != engine.localNode }
                own.silent.removeAll { $0.node != engine.localNode }
                #expect(here == own, "seed \(seed) step \(step)")
                for name in world.services.keys {
                    let one = engine.plan(for: name)
                    #expect(one.layer2 == whole.layer2.filter { $0.service == name }, "seed \(seed) step \(step)")
                    #expect(one.bgp == whole.bgp.filter { $0.service == name }, "seed \(seed) step \(step)")
                    #expect(one.silent == whole.silent.filter { $0.service == name }, "seed \(seed) step \(step)")
                }
            }
        }
    }

    /// Speakers that see the same, told of it in different orders.
    @Test("Each address has one owner, and every speaker's engine knows the same one", arguments: 1...10)
    func agreement(seed: Int) {
        var world = World(seed: UInt64(1_000 + seed))
        for _ in 0..<40 {
            for _ in 0..<50 { _ = world.change() }
            world.nodes = (0..<4).map { NodeView("n\($0)", labels: ["zone": $0 < 2 ? "east" : "west"]) }
            world.liveness = .everyone
            world.conflicts = [:]
            var plans: Set<AnnouncementPlan> = []
            var owners: [IPAddress: [String]] = [:]
            for node in world.nodes {
                var engine = WatchedEngine(AnnouncementEngine(localNode: node.name))
                for event in world.everything() { _ = Self.tell(&engine, event) }
                for address in engine.localAddresses.keys { owners[address, default: []].append(node.name) }
                var plan = engine.plan()
                // Warnings about routes concern the local node's in an engine, everybody's in a plan; here, everybody's.
                plan.problems = []
                plans.insert(plan)
                // Who was not elected lost to a node that does announce.
                let lost = plan.silent.filter { $0.reason == .notElected }.map(\.address)
                #expect(Set(lost).isSubset(of: Set(plan.layer2.map(\.address))), "seed \(seed)")
                // The engine does what the plan says of its node.
                #expect(
                    Set(plan.layer2.filter { $0.node == node.name }.map(\.address)) == Set(engine.localAddresses.keys),
                    "seed \(seed)")
                let told = plan.bgp.filter { $0.node == node.name }
                #expect(Set(told.map(\.prefix)) == Set(engine.localRoutes.keys), "seed \(seed)")
                for route in told {
                    #expect(engine.localRoutes[route.prefix]?[route.peer] == route.attributes, "seed \(seed)")
                }
            }
            #expect(plans.count == 1, "seed \(seed)")
            #expect(owners.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
        }
    }
}
