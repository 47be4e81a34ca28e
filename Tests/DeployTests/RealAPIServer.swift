import Foundation
import TestSupport

/// A real API server on loopback, from the folder that `KUBEBUILDER_ASSETS` names (`etcd`, `kube-apiserver` and `kubectl`,
/// as controller-runtime's envtest has it). It ends with the last reference to it.
final class RealAPIServer: Sendable {
    static let assets = ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"]

    private let folder: TemporaryFolder
    private let processes: [ChildProcess]
    private let kubectl: String

    init(assets: String) throws {
        folder = try TemporaryFolder()
        kubectl = assets + "/kubectl"
        let ports = try RealAPIServer.freePorts(3)
        let store = "http://127.0.0.1:\(ports[0])"
        let peers = "http://127.0.0.1:\(ports[1])"
        let key = folder.path + "/key"
        try Shell.check(["openssl", "genrsa", "-out", key, "2048"])
        try Shell.check(["openssl", "rsa", "-in", key, "-pubout", "-out", key + ".pub"])
        try "token,admin,admin,system:masters\n".write(
            toFile: folder.path + "/tokens", atomically: true, encoding: .utf8)
        let etcd = try ChildProcess([
            assets + "/etcd", "--data-dir", folder.path + "/etcd", "--unsafe-no-fsync", "--listen-client-urls", store,
            "--advertise-client-urls", store, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", "default=\(peers)",
        ])
        let server = try ChildProcess([
            assets + "/kube-apiserver", "--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port",
            "\(ports[2])", "--cert-dir", folder.path + "/certificates", "--authorization-mode", "RBAC",
            "--token-auth-file", folder.path + "/tokens", "--service-account-issuer",
            "https://kubernetes.default.svc", "--service-account-key-file", key + ".pub",
            "--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.96.0.0/16,fd00:96::/108",
            "--disable-admission-plugins", "ServiceAccount",
        ])
        processes = [server, etcd]
        let kubeconfig = """
            {"apiVersion": "v1", "kind": "Config", "current-context": "a", \
            "clusters": [{"name": "a", "cluster": \
            {"server": "https://127.0.0.1:\(ports[2])", "insecure-skip-tls-verify": true}}], \
            "users": [{"name": "a", "user": {"token": "token"}}], \
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}
            """
        try kubeconfig.write(toFile: folder.path + "/kubeconfig", atomically: true, encoding: .utf8)
        try waitUntilReady(server)
    }

    deinit { for process in processes { process.stop(grace: .seconds(5)) } }

    private func waitUntilReady(_ server: ChildProcess) throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while try !run("get", "--raw", "/readyz").succeeded || !run("get", "namespace", "default").succeeded {
            guard ContinuousClock.now < deadline, server.isRunning else {
                throw TestFailure("the API server does not become ready\n\(server.errors.suffix(4000))")
            }
            usleep(200_000)
        }
    }

    private static func freePorts(_ count: Int) throws -> [Int] {
        let script = """
            import socket
            sockets = [socket.socket() for _ in range(\(count))]
            for s in sockets: s.bind(("127.0.0.1", 0))
            print(*(s.getsockname()[1] for s in sockets))
            """
        let ports = try Shell.check(["python3", "-c", script]).output.split { $0 == " " || $0 == "\n" }.compactMap {
            Int($0)
        }
        guard ports.count == count else { throw TestFailure("no free ports") }
        return ports
    }

    /// Runs kubectl.
    func run(_ arguments: String...) throws -> CommandResult {
        try Shell.run([kubectl, "--kubeconfig", folder.path + "/kubeconfig"] + arguments, atMost: .seconds(60))
    }

    /// Gives objects to kubectl in a file.
    func run(_ arguments: [String], file text: String) throws -> CommandResult {
        let file = folder.path + "/objects-\(UUID().uuidString).yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try Shell.run(
            [kubectl, "--kubeconfig", folder.path + "/kubeconfig"] + arguments + ["-f", file], atMost: .seconds(120))
    }
}
