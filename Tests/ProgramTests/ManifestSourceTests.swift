import ClusterConfiguration
import KubernetesModel
import Manifests
import SystemIO
import TestSupport
import Testing
import Timing

@testable import Standalone

/// Which changes on the disk make `martlet run` read its manifests again, and what it reads.
@Suite(.timeLimit(.minutes(1))) struct ManifestSourceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Before anything is read, in the folder; `m` is there.
        let before: String
        let path: String
        let change: String
        /// The Services after the change; `nil`: it is none, and nothing is told.
        let services: [String]?

        init(_ name: String, _ before: String, _ path: String, _ change: String, _ services: [String]?) {
            (testDescription, self.before, self.path) = (name, before, path)
            (self.change, self.services) = (change, services)
        }
    }

    /// A shell function that prints a Service.
    static let service = """
        service() { printf 'apiVersion: v1\\nkind: Service\\nmetadata: {name: %s, namespace: d}\\n\
        spec: {type: LoadBalancer, ports: [{port: 80}]}\\n' $1; }; \

        """

    static let configMap = "mkdir m/..1; service a > m/..1/x.yaml; ln -s ..1 m/..data; ln -s ..data/x.yaml m/x.yaml"

    static let rows = [
        Row("a manifest is written → read", "service a > m/x.yaml", "m", "service b > m/x.yaml", ["b"]),
        Row(
            "a manifest is renamed into place → read", "service a > m/x.yaml", "m",
            "service b > m/.n; mv m/.n m/y.yaml", ["a", "b"]),
        Row("a manifest is deleted → read", "service a > m/x.yaml; service b > m/y.yaml", "m", "rm m/y.yaml", ["a"]),
        Row(
            "the folder is replaced → read", "service a > m/x.yaml", "m",
            "mkdir n; service b > n/x.yaml; mv m o; mv n m", ["b"]),
        Row(
            "another file in the folder → nothing", "service a > m/x.yaml", "m",
            "echo x > m/README; echo y > m/.x.yaml.swp", nil),
        Row(
            "other files beside the folder, manifests by name → nothing", "service a > m/x.yaml", "m",
            "for i in 1 2 3; do echo $i > log; service b > other.yaml; done; mkdir n", nil),
        Row(
            "beside a manifest that is named → nothing", "service a > m/x.yaml", "m/x.yaml", "service b > m/y.yaml", nil
        ),
        Row(
            "a manifest that is named → read", "service a > m/x.yaml", "m/x.yaml", "service b > m/.n; mv m/.n m/x.yaml",
            ["b"]),
        Row(
            "a ConfigMap in the folder is replaced → read", configMap, "m",
            "mkdir m/..2; service b > m/..2/x.yaml; ln -s ..2 m/..tmp; mv -T m/..tmp m/..data; rm -r m/..1", ["b"]),
        Row(
            "a ConfigMap whose file is named is replaced → read", configMap, "m/x.yaml",
            "mkdir m/..2; service b > m/..2/x.yaml; ln -s ..2 m/..tmp; mv -T m/..tmp m/..data; rm -r m/..1", ["b"]),
        Row(
            "what a link in the folder leads to is written → read", "service a > real; ln -s ../real m/x.yaml", "m",
            "service b > real", ["b"]),
        Row(
            "a link on the way is replaced → read", "service a > m/x.yaml; mkdir n; service b > n/x.yaml; ln -s m now",
            "now",
            "ln -s n then; mv -T then now", ["b"]),
        Row(
            "a folder that was not there comes → read", "true", "later/m",
            "mkdir -p later/m; service b > later/m/x.yaml", ["b"]),
    ]

    /// What a source has told so far, put together.
    private struct Told {
        var names: Set<NamespacedName> = []
        var isComplete = true
        var problems: [Problem] = []

        /// Returns whether anything was told.
        mutating func take(_ news: ManifestNews?) -> Bool {
            switch news {
            case .whole(let reading):
                (isComplete, problems) = (reading.isComplete, reading.problems)
                names = Set(reading.state.services.map(\.name))
            case .part(let change):
                names.subtract(change.removedServices)
                names.formUnion(change.services.map(\.service.name))
            case nil: return false
            }
            return true
        }

        var services: [String] { names.map(\.name).sorted() }
    }

    @Test("a change → read again, or nothing", arguments: rows) func change(row: Row) async throws {
        let folder = try TemporaryFolder()
        func shell(_ command: String) throws {
            try Shell.check(["sh", "-c", "cd \(folder.path) && \(Self.service)\(command)"])
        }
        try shell("mkdir m; \(row.before)")
        var source = try ManifestSource(paths: [folder.path + "/" + row.path])
        let changes = source.changes
        var result = Told()
        _ = result.take(source.read(at: UptimeClock.now))
        let told = Locked(0)
        let follower = Task { for await _ in changes { told.withLock { $0 += 1 } } }
        defer { follower.cancel() }
        try shell(row.change)
        guard let services = row.services else {
            try await Task.sleep(for: .milliseconds(150))
            #expect(told.value == 0)
            let isTold = result.take(source.read(at: UptimeClock.now))
            #expect(isTold && !source.mustTryAgain)
            return
        }
        // As the loop does: read when told, and again where that is not the last of it.
        var seen = 0
        while result.services != services {
            while told.value == seen, !source.mustTryAgain { try await Task.sleep(for: .milliseconds(2)) }
            seen = told.value
            _ = result.take(source.read(at: UptimeClock.now))
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(result.isComplete)
    }

    @Test(
        "a manifest that is written without end → it keeps its last content, and other changes take effect in seconds")
    func withoutEnd() async throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "cd \(folder.path) && \(Self.service) service a > x.yaml; service b > y.yaml"])
        var source = try ManifestSource(paths: [folder.path])
        var result = Told()
        _ = result.take(source.read(at: UptimeClock.now))
        #expect(result.services == ["a", "b"])
        let writer = try ChildProcess([
            "sh", "-c",
            "cd \(folder.path) && exec 3> x.yaml; while :; do echo '# half' >&3; echo half > z.yaml; sleep 0.02; done",
        ])
        defer { writer.stop() }
        try await Task.sleep(for: .milliseconds(200))
        try Shell.check(["sh", "-c", "cd \(folder.path) && \(Self.service) service c > .n; mv .n y.yaml"])
        try await Task.sleep(for: .milliseconds(100))
        let start = UptimeClock.now
        var isTold = result.take(source.read(at: start))
        #expect(!isTold && source.mustTryAgain)
        while !isTold {
            try await Task.sleep(for: .milliseconds(100))
            isTold = result.take(source.read(at: UptimeClock.now))
        }
        #expect(start.duration(to: UptimeClock.now) < ManifestSource.patience + .seconds(2))
        // The other file that is written all the time may be complete, and no manifest, just now.
        #expect(result.services == ["a", "c"] && source.mustTryAgain)
    }

    @Test(
        "a pipe or a device among the manifests → said by name, and nothing waits",
        arguments: ["mkfifo", "ln -s /dev/zero"])
    func notRegular(command: String) throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "cd \(folder.path) && \(Self.service) service a > x.yaml; \(command) y.yaml"])
        var source = try ManifestSource(paths: [folder.path])
        var result = Told()
        _ = result.take(source.read(at: UptimeClock.now))
        #expect(!result.isComplete)
        let errors = result.problems.filter { $0.severity == .error }.map(\.description)
        #expect(errors.count == 1 && errors.allSatisfy { $0.contains("y.yaml") && $0.contains("not a regular file") })
    }
}
