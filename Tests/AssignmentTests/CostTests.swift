import Addresses
import ClusterConfiguration
import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import Assignment

/// What an event costs, counted in what the engine looks at.
@Suite("The cost of assigning follows what matches") struct CostTests {
    private static func sharer(_ number: Int, port: Int) -> AssignmentEvent {
        .service(ServiceSketch("s\(number)") { $0.shares("key", ports: port) }.service, rank: Int64(number))
    }

    @Test("N Services share an address → each event notes the ports of one of them", arguments: [500, 4_000])
    func shared(count: Int) {
        var engine = AssignmentEngine()
        var events = [AssignmentEvent.pools([.of("lan", "192.0.2.1-192.0.2.9")])]
        events += (1...count).map { Self.sharer($0, port: $0) }
        _ = engine.handle(events, at: .zero)
        #expect(engine.assignments.allSatisfy { $0.addresses.map(\.address.description) == ["192.0.2.1"] })
        #expect(engine.effort.portsNoted == count)

        // One joins, one clashes and gets the next address, one leaves, one changes its port.
        for (event, cost) in [
            (Self.sharer(count + 1, port: count + 1), 1), (Self.sharer(count + 2, port: 1), 1),
            (.serviceRemoved(ServiceSketch("s7").name), 1), (Self.sharer(8, port: 60_000), 2),
        ] {
            let before = engine.effort.portsNoted
            _ = engine.handle([event], at: .zero)
            #expect(engine.effort.portsNoted - before == cost)
        }
        #expect(engine.services(with: IPAddress.lan(1)).count == count)
        #expect(engine.services(with: IPAddress.lan(2)) == [ServiceSketch("s\(count + 2)").name])
        #expect(engine.effort.waitersWoken == 0)
    }

    @Test(
        "N Services wait for an address to share, and it becomes free → each is looked at a few times, not N times",
        arguments: [500, 4_000])
    func waiting(count: Int) {
        var engine = AssignmentEngine()
        var events: [AssignmentEvent] = [
            .pools([.of("lan", "192.0.2.1")]), .reserved([IPAddress.lan(1): .node("n1")]),
        ]
        events += (1...count).map { Self.sharer($0, port: $0) }
        _ = engine.handle(events, at: .zero)
        #expect(engine.assignments.allSatisfy { $0.addresses.isEmpty })
        _ = engine.handle([.reserved([:])], at: .zero)
        #expect(engine.assignments.allSatisfy { !$0.addresses.isEmpty })
        #expect(engine.effort.waitersWoken <= 6 * count)
    }

    @Test(
        "N pools, each pinned to Services or namespaces of its own → a Service tries those that may serve it",
        arguments: [10, 1_000])
    func pools(count: Int) {
        let pools = (0..<count).map { number in
            Pool.of("p\(number)", "10.\(number / 256).\(number % 256).0/24") { pool in
                switch number % 3 {
                case 0: pool.isPinned(serviceLabels: ["app": "a\(number)"])
                case 1: pool.isPinned(namespaces: ["shop"], serviceLabels: ["app": "a\(number)"])
                default: pool.isPinned(namespaceLabels: ["team": "t\(number)"])
                }
            }
        }
        var engine = AssignmentEngine()
        let namespace = Namespace(metadata: ObjectMeta(name: "shop", labels: ["team": "t5"]))
        _ = engine.handle([.pools(pools), .namespace(namespace)], at: .zero)
        func address(_ name: String, app: String) -> String? {
            let service = ServiceSketch(name) { $0.labels = ["app": app] }.service
            _ = engine.handle([.service(service, rank: 1)], at: .zero)
            return engine.assignment(of: service.name)?.addresses.first?.address.description
        }
        #expect(address("default/a", app: "a6") == "10.0.6.0")
        #expect(engine.effort.poolsTried == 1)
        #expect(address("shop/b", app: "a4") == "10.0.4.0")
        #expect(engine.effort.poolsTried == 3)
        #expect(address("shop/c", app: "none") == "10.0.5.0")
        #expect(engine.effort.poolsTried == 4)
    }

    @Test(
        "random joins and leaves → the lowest address without some ports is what a search of all finds",
        arguments: [UInt64(1), 2, 3])
    func joinable(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let claims = (1...5).map { PortClaim(ServicePort(port: $0)) }
        for _ in 0..<100 {
            var joinable = JoinableAddresses()
            var model: [UInt128: Set<PortClaim>] = [:]
            for _ in 0..<60 {
                let slot = UInt128(Int.random(in: 0..<12, using: &random))
                let port = claims.randomElement(using: &random) ?? claims[0]
                switch Int.random(in: 0...3, using: &random) {
                case 0...1:
                    if model[slot] == nil { joinable.insert(slot) }
                    joinable.use([port], on: slot)
                    model[slot, default: []].insert(port)
                case 2:
                    guard model[slot] != nil else { continue }
                    joinable.free([port], on: slot)
                    model[slot]?.remove(port)
                default:
                    guard let ports = model.removeValue(forKey: slot) else { continue }
                    joinable.free(ports, on: slot)
                    joinable.remove(slot)
                }
                let wanted = claims.filter { _ in Bool.random(using: &random) }
                let expected = model.filter { $0.value.isDisjoint(with: wanted) }.keys.min()
                #expect(joinable.lowest(withoutPorts: wanted) == expected, "seed \(seed)")
                #expect(joinable.isEmpty == model.isEmpty, "seed \(seed)")
            }
        }
    }
}

extension IPAddress {
    /// 192.0.2.`number`.
    fileprivate static func lan(_ number: Int) -> IPAddress {
        do { return try IPAddress("192.0.2.\(number)") } catch { preconditionFailure("\(error)") }
    }
}
