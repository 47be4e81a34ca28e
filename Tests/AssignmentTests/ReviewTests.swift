import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Assignment

@Suite("What each pool has to say of a Service") struct ReviewTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        var others: @Sendable (inout Bench) -> Void = { _ in }
        let change: @Sendable (inout ServiceSketch) -> Void
        /// `POOL FAMILY OUTCOME`, in the order in which pools serve.
        let verdicts: [String]

        var testDescription: String { what }
    }

    static let rows = [
        Row(
            what: "the first pool that serves gives, the others say whether they could have", change: { _ in },
            verdicts: [
                "team IPv4 PoolNotAllowed", "lan IPv4 gave 192.0.2.0", "quiet IPv4 NoPools", "six IPv4 FamilyMismatch",
            ]),
        Row(
            what: "a full pool says so", others: { bench in for index in 0..<2 { bench.apply("other-\(index)") } },
            change: { _ in },
            verdicts: [
                "team IPv4 PoolNotAllowed", "lan IPv4 PoolExhausted", "quiet IPv4 NoPools", "six IPv4 FamilyMismatch",
            ]),
        Row(
            what: "an address that another has", others: { $0.apply("other") }, change: { $0.requests("192.0.2.0") },
            verdicts: [
                "team IPv4 AddressNotInPool", "lan IPv4 AddressInUse", "quiet IPv4 AddressNotInPool",
                "six IPv4 AddressNotInPool",
            ]),
        Row(
            what: "a pool by name", change: { $0.requestsPool("quiet") },
            verdicts: [
                "team IPv4 PoolNotAllowed", "lan IPv4 PoolNotAllowed", "quiet IPv4 gave 198.51.100.0",
                "six IPv4 PoolNotAllowed",
            ]),
        Row(
            what: "both families", change: { $0.wants("RequireDualStack", "IPv4", "IPv6") },
            verdicts: [
                "team IPv4 PoolNotAllowed", "team IPv6 FamilyMismatch", "lan IPv4 gave 192.0.2.0",
                "lan IPv6 FamilyMismatch", "quiet IPv4 NoPools", "quiet IPv6 FamilyMismatch", "six IPv4 FamilyMismatch",
                "six IPv6 gave 2001:db8::1",
            ]),
        Row(
            what: "a family that none has keeps the other waiting",
            others: { bench in for index in 0..<2 { bench.apply("other-\(index)") } },
            change: { $0.wants("RequireDualStack", "IPv4", "IPv6") },
            verdicts: [
                "team IPv4 PoolNotAllowed", "team IPv6 FamilyMismatch", "lan IPv4 PoolExhausted",
                "lan IPv6 FamilyMismatch", "quiet IPv4 NoPools", "quiet IPv6 FamilyMismatch", "six IPv4 FamilyMismatch",
                "six IPv6 couldServe",
            ]),
    ]

    @Test(arguments: rows) func review(row: Row) throws {
        var bench = Bench(
            .of("lan", "192.0.2.0/31"), .of("quiet", "198.51.100.0/30") { $0.autoAssign = false },
            .of("six", "2001:db8::/124"), .of("team", "203.0.113.0/30") { $0.isPinned(namespaces: ["team"]) })
        row.others(&bench)
        bench.apply("web", row.change)
        let review = try #require(bench.engine.review(of: ServiceSketch("web").name))
        let verdicts = review.pools.map { verdict in
            let outcome =
                switch verdict.outcome {
                case .gave(let address): "gave \(address)"
                case .couldServe: "couldServe"
                case .refused(let reason): reason.rawValue
                }
            return "\(verdict.pool) \(verdict.family) \(outcome)"
        }
        #expect(verdicts == row.verdicts)
        #expect(review.pools.allSatisfy { $0.message.contains($0.pool) && !$0.message.hasSuffix(".") })
        #expect(review.assignment == bench.engine.assignment(of: ServiceSketch("web").name))
    }

    @Test("a Service of another class has no review") func other() {
        var bench = Bench(.of("lan", "192.0.2.0/31"))
        bench.apply("web") { $0.loadBalancerClass = "other.example/class" }
        #expect(bench.engine.review(of: ServiceSketch("web").name) == nil)
    }
}
