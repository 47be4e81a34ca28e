import Foundation

/// A real API server on loopback, from the folder that `KUBEBUILDER_ASSETS` names (`etcd`, `kube-apiserver` and `kubectl`,
/// as controller-runtime's envtest has it). It ends with the last reference to it.
package final class RealAPIServer: Sendable {
    package static let assets = ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"]

    /// The bearer token of an administrator.
    package static let adminToken = "token"

    /// Where it answers, by TLS with a certificate of its own making.
    package let port: Int
    private let folder: TemporaryFolder
    private let store: ChildProcess
    private let command: [String]
    private let server: Locked<ChildProcess?>
    private let kubectl: String

    /// - Parameter accounts: ServiceAccounts of `martlet-system` that are known by the tokens of ``token(of:)``.
    package init(assets: String, accounts: [String] = []) throws {
        folder = try TemporaryFolder()
        kubectl = assets + "/kubectl"
        let ports = try RealAPIServer.freePorts(3)
        let store = "http://127.0.0.1:\(ports[0])"
        let peers = "http://127.0.0.1:\(ports[1])"
        let key = folder.path + "/key"
        try Shell.check(["openssl", "genrsa", "-out", key, "2048"])
        try Shell.check(["openssl", "rsa", "-in", key, "-pubout", "-out", key + ".pub"])
        var tokens = "\(RealAPIServer.adminToken),admin,admin,system:masters\n"
        for account in accounts {
            let groups = "system:serviceaccounts,system:serviceaccounts:martlet-system,system:authenticated"
            let user = "system:serviceaccount:martlet-system:\(account)"
            tokens += "\(RealAPIServer.token(of: account)),\(user),\(account),\"\(groups)\"\n"
        }
        try tokens.write(toFile: folder.path + "/tokens", atomically: true, encoding: .utf8)
        let rules = """
            {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived", "ResponseStarted"], \
            "rules": [{"level": "Metadata"}]}
            """
        try rules.write(toFile: folder.path + "/audit-policy", atomically: true, encoding: .utf8)
        self.store = try ChildProcess([
            assets + "/etcd", "--data-dir", folder.path + "/etcd", "--unsafe-no-fsync", "--listen-client-urls", store,
            "--advertise-client-urls", store, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", "default=\(peers)",
        ])
        command = [
            assets + "/kube-apiserver", "--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port",
            "\(ports[2])", "--cert-dir", folder.path + "/certificates", "--authorization-mode", "RBAC",
            "--token-auth-file", folder.path + "/tokens", "--service-account-issuer",
            "https://kubernetes.default.svc", "--service-account-key-file", key + ".pub",
            "--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.96.0.0/16,fd00:96::/108",
            "--disable-admission-plugins", "ServiceAccount", "--audit-policy-file", folder.path + "/audit-policy",
            "--audit-log-path", folder.path + "/audit", "--audit-log-mode", "blocking",
        ]
        port = ports[2]
        server = Locked(nil)
        let kubeconfig = """
            {"apiVersion": "v1", "kind": "Config", "current-context": "a", \
            "clusters": [{"name": "a", "cluster": \
            {"server": "https://127.0.0.1:\(ports[2])", "insecure-skip-tls-verify": true}}], \
            "users": [{"name": "a", "user": {"token": "token"}}], \
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}
            """
        try kubeconfig.write(toFile: folder.path + "/kubeconfig", atomically: true, encoding: .utf8)
        try start()
    }

    deinit {
        stop()
        store.stop(grace: .seconds(5))
    }

    package static func token(of account: String) -> String { "token-of-\(account)" }

    /// Comes back with what it stored, on the port that it had.
    package func start() throws {
        let process = try ChildProcess(command)
        server.withLock { $0 = process }
        try waitUntilReady(process)
    }

    /// Is gone, with every connection; its store stays.
    package func stop() {
        let process = server.withLock { server in
            let process = server
            server = nil
            return process
        }
        process?.stop(grace: .seconds(5))
    }

    /// What was asked and answered, a JSON object of audit.k8s.io/v1 a line.
    package var audit: String { (try? String(contentsOfFile: folder.path + "/audit", encoding: .utf8)) ?? "" }

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
    package func run(_ arguments: String...) throws -> CommandResult {
        try Shell.run([kubectl, "--kubeconfig", folder.path + "/kubeconfig"] + arguments, atMost: .seconds(60))
    }

    /// Gives objects to kubectl in a file.
    package func run(_ arguments: [String], file text: String) throws -> CommandResult {
        let file = folder.path + "/objects-\(UUID().uuidString).yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try Shell.run(
            [kubectl, "--kubeconfig", folder.path + "/kubeconfig"] + arguments + ["-f", file], atMost: .seconds(120))
    }
}
