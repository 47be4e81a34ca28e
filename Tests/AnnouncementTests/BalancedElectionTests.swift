import Addresses
import TestSupport
import Testing

@testable import Announcement

@Suite("Addresses shared out among equal candidates") struct BalancedElectionTests {
    static func address(_ number: Int) -> IPAddress { .v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(number))) }

    static func nodes(_ numbers: some Sequence<Int>) -> [(number: Int, hash: UInt64)] {
        numbers.map { ($0, RendezvousHash.node("n\($0)")) }
    }

    static func election(_ nodes: some Sequence<Int>, _ addresses: some Sequence<Int>) -> BalancedElection {
        var election = BalancedElection(nodes: Self.nodes(nodes))
        for number in addresses { election.insert(address(number)) }
        _ = election.settle()
        return election
    }

    static func owners(_ election: BalancedElection, _ addresses: some Sequence<Int>) -> [Int: Int] {
        addresses.reduce(into: [:]) { $0[$1] = election.owner(of: address($1)) }
    }

    /// The definition, word for word: fill up evenly, then go through all pairs by falling score.
    static func naive(_ nodes: [Int], free: Set<Int>, pins: [Int: Int]) -> [Int: Int] {
        let candidates = Self.nodes(nodes)
        var load = Dictionary(uniqueKeysWithValues: nodes.map { ($0, 0) })
        for node in pins.values { load[node, default: 0] += 1 }
        let first = free.min {
            (RendezvousHash.address(address($0)), address($0)) < (RendezvousHash.address(address($1)), address($1))
        }
        let choice = candidates.map { candidate in
            let hash = first.map { RendezvousHash.address(address($0)) } ?? 0
            return (RendezvousHash.score(node: candidate.hash, address: hash), candidate.number)
        }.sorted { $0 > $1 }.map(\.1)
        var quota: [Int: Int] = [:]
        for _ in free {
            let lowest = nodes.map { load[$0, default: 0] }.min() ?? 0
            guard let next = choice.first(where: { load[$0] == lowest }) else { break }
            load[next, default: 0] += 1
            quota[next, default: 0] += 1
        }
        var result = pins
        let pairs = free.flatMap { number in
            candidates.map { candidate in
                (
                    RendezvousHash.score(node: candidate.hash, address: RendezvousHash.address(address(number))),
                    address(number), candidate.number, number
                )
            }
        }
        for (_, _, node, number) in pairs.sorted(by: { ($0.0, $0.1, $0.2) > ($1.0, $1.1, $1.2) }) {
            guard result[number] == nil, quota[node, default: 0] > 0 else { continue }
            result[number] = node
            quota[node, default: 0] -= 1
        }
        return result
    }

    @Test("Any history ends where the definition does", arguments: 1...8) func definition(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<40 {
            let nodes = Array(0..<Int.random(in: 1...9, using: &random))
            var election = BalancedElection(nodes: Self.nodes(nodes))
            var free: Set<Int> = []
            var pins: [Int: Int] = [:]
            var before: [Int: Int] = [:]
            for _ in 0..<60 {
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let number = Int.random(in: 0..<40, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0:
                        election.remove(Self.address(number))
                        free.remove(number)
                        pins[number] = nil
                    case 1:
                        // Now and then, a node that is no candidate.
                        let node = Int.random(in: 0...nodes.count, using: &random)
                        election.insert(Self.address(number), pinnedTo: node)
                        free.remove(number)
                        pins[number] = node < nodes.count ? node : nil
                        if node == nodes.count { free.insert(number) }
                    default:
                        election.insert(Self.address(number))
                        free.insert(number)
                        pins[number] = nil
                    }
                }
                let reported = Set(election.settle())
                let after = Self.owners(election, 0..<40)
                #expect(after == Self.naive(nodes, free: free, pins: pins), "seed \(seed)")
                let changed = Set((0..<40).filter { before[$0] != after[$0] }.map(Self.address))
                #expect(reported == changed, "seed \(seed)")
                #expect(election.isEmpty == after.isEmpty)
                before = after
            }
        }
    }

    @Test("The fullest node holds at most one more than the emptiest", arguments: [1, 2, 3, 5, 10, 50])
    func balance(count: Int) {
        var election = BalancedElection(nodes: Self.nodes(0..<count))
        for number in 0..<200 {
            election.insert(Self.address(number))
            _ = election.settle()
            var load = Array(repeating: 0, count: count)
            for node in Self.owners(election, 0...number).values { load[node] += 1 }
            #expect(load.reduce(0, +) == number + 1)
            #expect((load.max() ?? 0) - (load.min() ?? 0) <= 1, "\(number + 1) addresses: \(load)")
        }
    }

    @Test("The order of the addresses and of their coming does not matter", arguments: [UInt64(1), 2, 3])
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let expected = Self.owners(Self.election(0..<7, 0..<100), 0..<100)
        #expect(
            Self.owners(Self.election((0..<7).shuffled(using: &random), (0..<100).shuffled(using: &random)), 0..<100)
                == expected)
    }

    @Test("A node's loss moves its own addresses only, where they are held", arguments: [2, 3, 5, 10])
    func loss(count: Int) {
        let before = Self.owners(Self.election(0..<count, 0..<500), 0..<500)
        for lost in 0..<count {
            var election = BalancedElection(nodes: Self.nodes((0..<count).filter { $0 != lost }))
            for (number, owner) in before { election.insert(Self.address(number), pinnedTo: owner) }
            _ = election.settle()
            let after = Self.owners(election, 0..<500)
            for (number, owner) in before where owner != lost { #expect(after[number] == owner) }
            var load: [Int: Int] = [:]
            for node in after.values { load[node, default: 0] += 1 }
            #expect((load.values.max() ?? 0) - (load.values.min() ?? 0) <= 1)
        }
    }

    @Test("Without holders, a node's loss moves few besides its own, and one more address moves few others")
    func moves() {
        let (nodes, addresses) = (10, 1_000)
        let before = Self.owners(Self.election(0..<nodes, 0..<addresses), 0..<addresses)
        let after = Self.owners(Self.election(1..<nodes, 0..<addresses), 0..<addresses)
        let strangers = before.filter { $0.value != 0 && after[$0.key] != $0.value }.count
        #expect(strangers < addresses / 10, "\(strangers) of \(addresses) moved without need")

        var election = Self.election(0..<nodes, 0..<addresses)
        var moved = 0
        for number in addresses..<addresses + 200 {
            election.insert(Self.address(number))
            moved += election.settle().count - 1
        }
        #expect(moved < 200 * nodes, "200 new addresses moved \(moved) others")
    }

    @Test("The scores are the same on every machine and in every version") func fixedScores() {
        let node = RendezvousHash.node("n1")
        let address = RendezvousHash.address(Self.address(10))
        #expect([node, address, RendezvousHash.score(node: node, address: address)] == Self.knownScores)
    }

    static let knownScores: [UInt64] = [0x5BAD_D04F_0495_99A9, 0xFA89_CE2D_CF50_4F67, 0x89AA_2C40_B900_F19D]
}
