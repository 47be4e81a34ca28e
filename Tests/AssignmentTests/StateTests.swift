import AddressPools
import Addresses
import ClusterConfiguration
import Foundation
import KubernetesModel
import Testing
import Timing

@testable import Assignment

@Suite("Over a restart") struct StateTests {
    static let pool = Pool.of("p", "192.0.2.0/29", "2001:db8::/125") {
        $0.reuseAfter = .seconds(100)
        $0.retainFor = .seconds(200)
    }

    /// An engine where `a` and `b` have addresses, `gone` left one 60 s ago, and its state as text.
    static func saved() throws -> String {
        var bench = Bench(pool)
        bench.apply("a") { $0.wants("RequireDualStack") }
        bench.apply("gone")
        bench.apply("b")
        bench.remove("gone")
        bench.wait(.seconds(60))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let state = bench.engine.state(at: bench.now, unixTime: 1_700_000_060_000_000_000)
        return String(decoding: try encoder.encode(state), as: UTF8.self)
    }

    static func restored(from text: String, unixSeconds: Int64) throws -> (Bench, ignored: Int) {
        let state = try JSONDecoder().decode(AssignmentState.self, from: Data(text.utf8))
        var bench = Bench()
        bench.engine = AssignmentEngine()
        bench.now = Instant(nanoseconds: 5_000_000_000)
        let ignored = bench.engine.restore(state, at: bench.now, unixTime: unixSeconds * 1_000_000_000)
        return (bench, ignored)
    }

    @Test("The form is stable") func form() throws {
        #expect(
            try Self.saved() == """
                {"assignments":[{"addresses":["192.0.2.0","2001:db8::1"],"name":"a","namespace":"default"},\
                {"addresses":["192.0.2.2"],"name":"b","namespace":"default"}],\
                "released":[{"address":"192.0.2.1","isRetained":true,"name":"gone","namespace":"default",\
                "releasedAt":1700000000000000000}],"version":1}
                """)
    }

    @Test("Everyone has what they had, and what rested goes on resting") func everything() throws {
        var (bench, ignored) = try Self.restored(from: try Self.saved(), unixSeconds: 1_700_000_090)
        #expect(ignored == 0)
        bench.handle([
            .pools([Self.pool]), .service(ServiceSketch("new").service, rank: 0),
            .service(ServiceSketch("b").service, rank: 1),
            .service(ServiceSketch("a") { $0.wants("RequireDualStack") }.service, rank: 2),
        ])
        #expect([bench["a"], bench["b"], bench["new"]] == ["192.0.2.0,2001:db8::1", "192.0.2.2", "192.0.2.3"])
        #expect(bench.engine.counts.first?.resting == 1)
        #expect(bench.engine.nextDeadline == bench.now.advanced(by: .seconds(110)))
        bench.apply("gone")
        #expect(bench["gone"] == "192.0.2.1")
    }

    @Test("The status counts before what was saved") func statusFirst() throws {
        var (bench, _) = try Self.restored(from: try Self.saved(), unixSeconds: 1_700_000_090)
        bench.handle([
            .pools([Self.pool]), .service(ServiceSketch("a").service, rank: 1),
            .service(ServiceSketch("b") { $0.has("192.0.2.0") }.service, rank: 2),
        ])
        #expect([bench["a"], bench["b"]] == ["192.0.2.2", "192.0.2.0"])
    }

    @Test("A Service that went during the restart has left its addresses") func gone() throws {
        var (bench, _) = try Self.restored(from: try Self.saved(), unixSeconds: 1_700_000_090)
        bench.handle([.pools([Self.pool]), .service(ServiceSketch("new").service, rank: 1)])
        #expect(bench["new"] == "192.0.2.3")
        #expect(bench.engine.counts.map(\.resting) == [3, 1])
        bench.apply("b")
        #expect(bench["b"] == "192.0.2.2")
    }

    @Test("A Service went during the restart, and a Node has its address → it rests all the same") func goneReserved()
        throws
    {
        var (bench, _) = try Self.restored(from: try Self.saved(), unixSeconds: 1_700_000_090)
        bench.handle([.pools([Self.pool]), .reserved([try IPAddress("192.0.2.2"): .node("n1")])])
        #expect(bench.engine.counts.map(\.resting) == [3, 1])
        bench.handle([.reserved([:])])
        bench.apply("new")
        #expect(bench["new"] == "192.0.2.3")
        bench.apply("b")
        #expect(bench["b"] == "192.0.2.2")
    }

    @Test("A clock that was set back makes nothing rest for ever", arguments: [0, 1_600_000_000, .min] as [Int64])
    func clockSetBack(unixSeconds: Int64) throws {
        let text = try Self.saved()
        let state = try JSONDecoder().decode(AssignmentState.self, from: Data(text.utf8))
        var engine = AssignmentEngine()
        _ = engine.restore(state, at: .zero, unixTime: unixSeconds)
        _ = engine.handle([.pools([Self.pool])], at: .zero)
        #expect(engine.nextDeadline.map { $0 <= Instant.zero.advanced(by: .seconds(200)) } ?? false)
        _ = engine.handle([], at: Instant.zero.advanced(by: .seconds(200)))
        #expect(engine.counts.map(\.resting) == [0, 0])
    }

    @Test(
        "What is damaged is left out, and the rest is used",
        arguments: [
            (#"{"version":1}"#, 0),
            (#"{"version":1,"assignments":null,"released":null}"#, 0),
            (#"{"version":1,"assignments":7,"released":[]}"#, 1),
            (
                #"{"version":1,"assignments":[7,{"name":"a"},{"namespace":"default","name":"a","addresses":["192.0.2.5"]}]}"#,
                2
            ),
            (#"{"version":1,"assignments":[{"namespace":"default","name":"a","addresses":["x","192.0.2.5"]}]}"#, 1),
            (
                #"{"version":1,"released":[{"address":"x","namespace":"","name":"","releasedAt":0,"isRetained":false}]}"#,
                1
            ),
            (#"{"version":2,"assignments":[{"namespace":"default","name":"a","addresses":["192.0.2.5"]}]}"#, 1),
        ])
    func damage(text: String, expected: Int) throws {
        var (bench, ignored) = try Self.restored(from: text, unixSeconds: 1_700_000_000)
        #expect(ignored == expected)
        bench.handle([.pools([Self.pool]), .service(ServiceSketch("a").service, rank: 1)])
        #expect(
            bench["a"] == (text.contains("192.0.2.5") && text.contains(#""version":1"#) ? "192.0.2.5" : "192.0.2.0"))
    }
}
