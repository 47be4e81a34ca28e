import Foundation
import KubernetesAPI
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Credential plugins", .serialized)
struct ExecRunnerTests {
    static func credential(_ status: String, version: String = "v1", kind: String = "ExecCredential") -> String {
        #"{"kind":"\#(kind)","apiVersion":"client.authentication.k8s.io/\#(version)","status":\#(status)}"#
    }

    /// A script that is run as a plugin, in a folder of its own.
    static func plugin(_ script: String, in folder: TemporaryFolder, version: String? = "v1") throws -> ExecPlugin {
        let path = folder.path + "/plugin"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
        try Shell.check(["chmod", "755", path])
        return ExecPlugin(
            apiVersion: version.map { "client.authentication.k8s.io/\($0)" }, command: path,
            args: ["one", "two words"],
            env: [.init(name: "GREETING", value: "hello")], installHint: "get it from somewhere",
            provideClusterInfo: true)
    }

    static func runner(_ plugin: ExecPlugin, patience: Duration = .seconds(5)) -> ExecRunner {
        let configuration = ClientConfiguration(
            server: "https://192.0.2.1:6443", authority: .data(Confidential("PEM")), serverName: "api.example",
            credentials: .exec(plugin))
        return ExecRunner(plugin, configuration, DiskFiles(), patience: patience)
    }

    @Test("it is told where the cluster is, its arguments and its environment", arguments: ["v1", "v1beta1"])
    func told(version: String) async throws {
        let folder = try TemporaryFolder()
        let answer = Self.credential(#"{"token":"opensesame"}"#, version: version)
        let plugin = try Self.plugin(
            """
            printf '%s|%s|%s|%s' "$1" "$2" "$GREETING" "$KUBERNETES_EXEC_INFO" > \(folder.path)/told
            echo '\(answer)'
            """, in: folder, version: version)
        let credentials = try await Self.runner(plugin).credentials()
        #expect(credentials.token == Confidential("opensesame"))
        let told = try String(contentsOfFile: folder.path + "/told", encoding: .utf8)
        let info =
            #"{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","spec":{"cluster":{"certificate-authority-data":"UEVN","server":"https://192.0.2.1:6443","tls-server-name":"api.example"},"interactive":false}}"#
        #expect(told == "one|two words|hello|\(info)")
    }

    @Test("run once for all who wait, and again when its answer expires or is rejected") func cached() async throws {
        let folder = try TemporaryFolder()
        func runs() throws -> Int { try String(contentsOfFile: folder.path + "/runs", encoding: .utf8).count }
        for (expires, expected) in [("2999-01-01T00:00:00Z", 1), ("2020-01-01T00:00:00Z", 8)] {
            try? FileManager.default.removeItem(atPath: folder.path + "/runs")
            let answer = Self.credential(#"{"token":"t","expirationTimestamp":"\#(expires)"}"#)
            let runner = Self.runner(
                try Self.plugin("printf x >> \(folder.path)/runs; sleep 0.05; echo '\(answer)'", in: folder))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try? await runner.credentials() } }
            }
            #expect(try runs() == expected, "\(expires)")
            await runner.discard()
            _ = try await runner.credentials()
            #expect(try runs() == expected + 1)
        }
    }

    static let failures: [(script: String, says: String)] = [
        ("echo trouble >&2; exit 3", "failed with status 3: trouble"),
        ("echo hello", "not answer with an ExecCredential"),
        ("echo '\(credential("{}", kind: "Pod"))'", "not answer with an ExecCredential"),
        ("echo '\(credential(#"{"token":"t"}"#, version: "v1beta1"))'", "as the kubeconfig asks"),
        ("echo '\(credential("{}"))'", "without a token and without a certificate"),
        ("echo '\(credential(#"{"clientCertificateData":"x"}"#))'", "a certificate without its key"),
        ("echo '\(credential(#"{"token":"t","expirationTimestamp":"soon"}"#))'", "not a time: soon"),
        ("kill -9 $$", "failed with status 137"), ("yes | head -c 3000000", "more than 1048576 bytes"),
    ]

    @Test("each way to fail is said", arguments: failures) func failure(script: String, says: String) async throws {
        let folder = try TemporaryFolder()
        let runner = Self.runner(try Self.plugin(script, in: folder))
        await #expect {
            _ = try await runner.credentials()
        } throws: { error in
            let failure = error as? RequestFailure
            #expect(failure?.cause == .credentials)
            #expect(failure?.message.contains(says) ?? false, "\(error)")
            return failure != nil
        }
    }

    @Test("a plugin that is not there, one that would ask a person, one of another version") func impossible()
        async throws
    {
        var missing = ExecPlugin(command: "no-such-plugin", installHint: "get it from somewhere")
        await Self.expect(missing, says: "No such file or directory (get it from somewhere)")
        missing.interactiveMode = "Always"
        await Self.expect(missing, says: "needs a terminal")
        await Self.expect(
            ExecPlugin(apiVersion: "client.authentication.k8s.io/v1alpha1", command: "true"), says: "are known")
    }

    static func expect(_ plugin: ExecPlugin, says: String) async {
        do {
            _ = try await runner(plugin).credentials()
            Issue.record("it gave credentials")
        } catch {
            #expect(error.message.contains(says), "\(error)")
        }
    }

    @Test("one that hangs is killed in time, with what it started") func hanging() async throws {
        let folder = try TemporaryFolder()
        let plugin = try Self.plugin(
            "echo $$ > \(folder.path)/pid; sleep 300 & echo $! > \(folder.path)/child; wait", in: folder)
        let begun = ContinuousClock.now
        await #expect(throws: RequestFailure.self) {
            _ = try await Self.runner(plugin, patience: .milliseconds(300)).credentials()
        }
        #expect(ContinuousClock.now - begun < .seconds(3))
        for file in ["pid", "child"] {
            let pid = try String(contentsOfFile: folder.path + "/" + file, encoding: .utf8)
            let state = try Shell.run("sh", "-c", "sleep 0.1; ps -o stat= -p \(pid)")
            #expect(state.output.isEmpty || state.output.hasPrefix("Z"), "\(file) \(state.output)")
        }
    }

    @Test("a server that rejects an old token → the plugin is asked once more, and the request with it") func refused()
        async throws
    {
        let folder = try TemporaryFolder()
        let plugin = try Self.plugin(
            """
            printf x >> \(folder.path)/runs
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$(cat \(folder.path)/runs)'"}}'
            """, in: folder)
        let server = try await StubServer { request in
            request.headers["authorization"] == "Bearer xx"
                ? .json(ConnectionTests.node) : .failure(401, "Unauthorized")
        }
        #expect(
            await ConnectionTests.ask(ClientConfiguration(server: server.url, credentials: .exec(plugin)))
                == .success("n1"))
        #expect(server.requests.count == 2)
        await server.stop()
    }
}
