import ClusterConfiguration
import ClusterDecisions
import KubernetesModel
import Manifests
import NodeDecisions
import SystemIO
import TestSupport
import Testing
import Timing

@testable import Standalone

/// The cost of a change in `martlet run` follows the change, counted in what is read and told.
@Suite(.timeLimit(.minutes(2))) struct ManifestCostTests {
    private static func service(_ name: String, port: Int = 80) -> String {
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"\(name)","namespace":"d"},
        "spec":{"type":"LoadBalancer","ports":[{"port":\(port)}]}}

        """
    }

    static let pool = """
        {"apiVersion":"martlet.dev/v1beta1","kind":"IPAddressPool","metadata":{"name":"p","namespace":"martlet-system"},
        "spec":{"addresses":["10.0.0.0/16"]}}
        """

    private static func name(_ number: Int) -> String { "s\(String(number + 100_000).dropFirst())" }

    private static func write(_ text: String, _ path: String) throws {
        try OutputFile.write(Array(text.utf8), to: path)
    }

    @Test("one of N files changes, comes or goes → one file is read, one Service is told", arguments: [1_000, 10_000])
    func oneFile(count: Int) throws {
        let folder = try TemporaryFolder()
        try Self.write(Self.pool, folder.path + "/0.json")
        for number in 0..<count {
            try Self.write(Self.service(Self.name(number)), "\(folder.path)/\(Self.name(number)).json")
        }
        var source = try ManifestSource(paths: [folder.path])
        var core = StandaloneCore()
        guard case .whole(let first) = source.read(at: UptimeClock.now) else {
            Issue.record("the first reading is not whole")
            return
        }
        #expect(core.handle(first, at: .zero).changes.count == count)
        let changes: [(String, () throws -> Void, removed: Int)] = [
            ("changes", { try Self.write(Self.service("s00500", port: 81), folder.path + "/s00500.json") }, 0),
            ("comes", { try Self.write(Self.service("n"), folder.path + "/s00500a.json") }, 0),
            ("goes", { try Shell.check(["rm", folder.path + "/s00700.json"]) }, 1),
        ]
        for (what, change, removed) in changes {
            let before = source.filesRead
            try change()
            var news = source.read(at: UptimeClock.now)
            while news == nil || news == .part(ManifestChange()) { news = source.read(at: UptimeClock.now) }
            guard case .part(let part) = news else {
                Issue.record("\(what): all was looked at")
                continue
            }
            #expect(source.filesRead - before <= 2, "\(what)")
            let outcome = core.handle(part, at: .zero)
            #expect(part.services.count + part.removedServices.count == 1, "\(what)")
            #expect(outcome.update.services.count + outcome.update.removed.count <= 1, "\(what)")
            #expect(outcome.update.removed.count == removed && outcome.update.configuration == nil, "\(what)")
        }
    }
}
