import AddressPools
import Addresses
import ClusterConfiguration
import Testing
import Timing

@testable import Assignment

@Suite("Resting, retaining, quotas") struct TimeTests {
    @Test("A released address rests, and who waits gets it when it has") func reuseAfter() {
        var bench = Bench(.of("p", "192.0.2.1/32") { $0.reuseAfter = .seconds(60) })
        bench.apply("a")
        #expect(bench.engine.nextDeadline == nil)
        bench.remove("a")
        bench.apply("b")
        bench.apply("c") { $0.requests("192.0.2.1") }
        #expect([bench["b"], bench["c"]] == ["ReuseAfter", "ReuseAfter"])
        #expect(bench.message("b").contains("1 were released too recently"))
        #expect(bench.engine.counts.map(\.resting) == [1])
        #expect(bench.engine.counts.map(\.available.description) == ["0"])
        #expect(bench.engine.nextDeadline == Instant.zero.advanced(by: .seconds(60)))
        bench.wait(.seconds(59))
        #expect(bench["b"] == "ReuseAfter")
        bench.wait(.seconds(1))
        #expect([bench["b"], bench["c"]] == ["192.0.2.1", "AddressInUse"])
        #expect(bench.engine.nextDeadline == nil)
    }

    @Test("Addresses never given come first, then the least recently released") func leastRecent() {
        var bench = Bench(.of("p", "192.0.2.0/30") { $0.reuseAfter = .seconds(10) })
        for name in ["a", "b", "c"] { bench.apply(name) }
        for name in ["b", "a", "c"] {
            bench.remove(name)
            bench.wait(.seconds(1))
        }
        bench.wait(.seconds(20))
        for name in ["w", "x", "y", "z"] { bench.apply(name) }
        #expect(["w", "x", "y", "z"].map { bench[$0] } == ["192.0.2.3", "192.0.2.1", "192.0.2.0", "192.0.2.2"])
    }

    @Test("Who left an address may ask for it while it rests") func ownRest() {
        var bench = Bench(.of("p", "192.0.2.0/31") { $0.reuseAfter = .seconds(10) })
        bench.apply("a")
        bench.apply("a") { $0.requests("192.0.2.1") }
        bench.apply("b") { $0.requests("192.0.2.0") }
        #expect(bench["b"] == "ReuseAfter")
        bench.apply("a") { $0.requests("192.0.2.0") }
        #expect(bench["a"] == "192.0.2.0")
    }

    @Test("A deleted Service that comes back in time has its address again") func retained() {
        var bench = Bench(.of("p", "192.0.2.0/31") { $0.retainFor = .seconds(60) })
        bench.apply("a")
        bench.apply("b")
        bench.remove("b")
        bench.apply("c")
        #expect(bench["c"] == "ReuseAfter")
        bench.wait(.seconds(59))
        bench.apply("b")
        #expect([bench["b"], bench["c"]] == ["192.0.2.1", "PoolExhausted"])
        bench.remove("b")
        bench.wait(.seconds(60))
        #expect(bench["c"] == "192.0.2.1")
        bench.apply("b")
        #expect(bench["b"] == "PoolExhausted")
    }

    @Test("A quota limits what one namespace holds of each family, and nobody else") func quota() {
        var bench = Bench(.of("p", "192.0.2.0/28", "2001:db8::/124") { $0.quotaPerNamespace = 1 })
        bench.apply("x/a") { $0.wants("RequireDualStack") }
        bench.apply("x/b")
        bench.apply("x/c") { $0.requests("192.0.2.9") }
        bench.apply("y/d")
        #expect(bench["x/a"] == "192.0.2.0,2001:db8::1")
        #expect([bench["x/b"], bench["x/c"]] == ["QuotaExceeded", "QuotaExceeded"])
        #expect(bench.message("x/b").contains("the namespace x has used up its quota of p (1 of 1)"))
        #expect(bench["y/d"] == "192.0.2.1")
        bench.remove("x/a")
        #expect([bench["x/b"], bench["x/c"]] == ["192.0.2.0", "QuotaExceeded"])
    }

    @Test("A shared address counts once towards the quota") func sharedQuota() {
        var bench = Bench(.of("p", "192.0.2.0/28") { $0.quotaPerNamespace = 1 })
        bench.apply("x/a") { $0.shares("k", ports: 80) }
        bench.apply("x/b") { $0.shares("k", ports: 81) }
        bench.apply("x/c") { $0.shares("k", ports: 81) }
        #expect(["x/a", "x/b", "x/c"].map { bench[$0] } == ["192.0.2.0", "192.0.2.0", "QuotaExceeded"])
    }

    @Test("A lowered quota takes nothing away") func loweredQuota() {
        var bench = Bench(.of("p", "192.0.2.0/28"))
        for name in ["a", "b", "c"] { bench.apply(name) }
        bench.pools(.of("p", "192.0.2.0/28") { $0.quotaPerNamespace = 1 })
        #expect(["a", "b", "c"].map { bench[$0] } == ["192.0.2.0", "192.0.2.1", "192.0.2.2"])
        bench.remove("a")
        bench.apply("d")
        #expect(bench["d"] == "QuotaExceeded")
    }
}
