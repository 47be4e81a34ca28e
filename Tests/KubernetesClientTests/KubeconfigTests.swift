import ClusterConfiguration
import Foundation
import TestSupport
import Testing

@testable import KubernetesClient

/// Files that are there only for a test.
private struct MemoryFiles: FileReading {
    var files: [String: String]

    func exists(_ path: String) -> Bool { files[path] != nil }

    func read(_ path: String) throws -> [UInt8] {
        guard let text = files[path] else { throw ClientConfiguration.Failure("\(path) is not there") }
        return Array(text.utf8)
    }
}

@Suite("Where the configuration comes from, and what it says")
struct KubeconfigTests {
    static func text(
        cluster: String = "server: https://192.0.2.1:6443", user: String = "token: opensesame",
        context: String = "{cluster: c, user: u, namespace: work}", current: String = "x"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: \(current)
        preferences: {colors: true}
        clusters:
        - name: c
          cluster: {\(cluster)}
        users:
        - name: u
          user: {\(user)}
        contexts:
        - name: x
          context: \(context)
        - name: y
          context: {cluster: c, user: u}
        """
    }

    static func load(
        _ files: [String: String], path: String? = "/k/config", context: String? = nil,
        environment: [String: String] = [:]
    ) -> Result<ClientConfiguration, ClientConfiguration.Failure> {
        do throws(ClientConfiguration.Failure) {
            return .success(
                try ClientConfiguration.find(
                    path: path, context: context, environment: environment, files: MemoryFiles(files: files)))
        } catch {
            return .failure(error)
        }
    }

    static func load(_ text: String, context: String? = nil) throws -> ClientConfiguration {
        try load(["/k/config": text], context: context).get()
    }

    @Test("a context, the current one or another") func contexts() throws {
        let configuration = try Self.load(Self.text())
        #expect(configuration.server == "https://192.0.2.1:6443" && configuration.namespace == "work")
        #expect(configuration.credentials == .token(Confidential("opensesame")))
        #expect(try Self.load(Self.text(), context: "y").namespace == nil)
    }

    @Test("files are relative to the kubeconfig; data win over files") func files() throws {
        let cluster = "server: https://a/, certificate-authority: ca.crt, tls-server-name: b"
        let user = "client-certificate: /abs/c.crt, client-key: c.key, tokenFile: t"
        var configuration = try Self.load(Self.text(cluster: cluster, user: user))
        #expect(configuration.server == "https://a" && configuration.serverName == "b")
        #expect(configuration.authority == .file("/k/ca.crt"))
        #expect(configuration.certificate == .file("/abs/c.crt") && configuration.key == .file("/k/c.key"))
        #expect(configuration.credentials == .tokenFile("/k/t"))
        configuration = try Self.load(
            Self.text(
                cluster: cluster + ", certificate-authority-data: UEVN",
                user: user + ", client-certificate-data: UEVN, client-key-data: UEVN"))
        let data = ClientConfiguration.Source.data(Confidential("PEM"))
        #expect([configuration.authority, configuration.certificate, configuration.key] == [data, data, data])
    }

    @Test("an exec plugin: a bare name is for PATH, a path is relative to the file") func plugins() throws {
        for (command, expected) in [("aws", "aws"), ("./bin/login", "/k/./bin/login"), ("/bin/login", "/bin/login")] {
            let user =
                "exec: {apiVersion: client.authentication.k8s.io/v1, command: \(command), args: [a], env: [{name: N, value: V}], provideClusterInfo: true, interactiveMode: Never, installHint: hint}"
            let configuration = try Self.load(Self.text(user: user))
            #expect(
                configuration.credentials
                    == .exec(
                        ExecPlugin(
                            apiVersion: "client.authentication.k8s.io/v1", command: expected, args: ["a"],
                            env: [.init(name: "N", value: "V")], installHint: "hint", provideClusterInfo: true,
                            interactiveMode: "Never")))
        }
    }

    @Test("several files: of two entries of one name the first counts; one that is missing is passed over")
    func merging() throws {
        let first = "current-context: x\nusers:\n- {name: u, user: {token: first}}\n"
        let second = Self.text(current: "y")
        let files = ["/a": first, "/b": second, "/empty": "\n"]
        let environment = ["KUBECONFIG": "/none:/a:/empty::/b"]
        let configuration = try Self.load(files, path: nil, environment: environment).get()
        #expect(configuration.credentials == .token(Confidential("first")) && configuration.namespace == "work")
    }

    @Test("what is looked at first: the path, KUBECONFIG, the pod, the home") func order() throws {
        let account = "/var/run/secrets/kubernetes.io/serviceaccount"
        var files = [account + "/token": "t", account + "/namespace": "system", "/home/.kube/config": Self.text()]
        var environment = [
            "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443", "HOME": "/home", "KUBECONFIG": "/e",
        ]
        files["/e"] = Self.text(cluster: "server: https://e")
        files["/p"] = Self.text(cluster: "server: https://p")
        func server(_ path: String?) throws -> String {
            try Self.load(files, path: path, environment: environment).get().server
        }
        #expect(try server("/p") == "https://p")
        #expect(try server(nil) == "https://e")
        environment["KUBECONFIG"] = nil
        let pod = try Self.load(files, path: nil, environment: environment).get()
        #expect(pod.server == "https://[fd00::1]:443" && pod.namespace == "system")
        #expect(pod.credentials == .tokenFile(account + "/token") && pod.authority == .file(account + "/ca.crt"))
        environment["KUBERNETES_SERVICE_HOST"] = nil
        #expect(try server(nil) == "https://192.0.2.1:6443")
        files["/home/.kube/config"] = nil
        let nothing = Self.load(files, path: nil, environment: environment)
        #expect("\(nothing)".contains("set --kubeconfig or KUBECONFIG"))
    }

    static let mistakes: [(situation: String, text: String, says: String)] = [
        ("no such context", text(current: "z"), "has no context z; it has x, y"),
        ("no current context", text(current: "\"\""), "no current context"),
        ("no such cluster", text(context: "{cluster: d, user: u}"), "names the cluster d, which does not exist"),
        ("no such user", text(context: "{cluster: c, user: v}"), "names the user v, which does not exist"),
        ("no server", text(cluster: "proxy-url: \"\""), "has no server"),
        ("a server that is no URL", text(cluster: "server: 192.0.2.1"), "is not a URL such as https://192.0.2.1:6443"),
        ("a server of another kind", text(cluster: "server: ftp://a"), "is not a URL such as"),
        ("data that are not Base64", text(user: "client-key-data: \"%%\""), "client-key-data is not Base64"),
        ("a certificate without its key", text(user: "client-certificate: a"), "a client certificate without a key"),
        (
            "no verification and an authority",
            text(cluster: "server: https://a, insecure-skip-tls-verify: true, certificate-authority: x"), "keep one"
        ),
        (
            "a proxy of another kind", text(cluster: "server: https://a, proxy-url: https://b"),
            "proxy-url must be"
        ),
        ("an auth-provider", text(user: "auth-provider: {name: gcp}"), "use an exec plugin"),
        ("not YAML", "a: [", "is not YAML"),
        ("a field of another type", text(user: "token: [opensesame]"), "token"),
        ("another document", "- 1", "the kubeconfig /k/config"),
    ]

    @Test("each mistake is said with its place and a remedy, and no secret", arguments: mistakes)
    func mistake(situation: String, text: String, says: String) {
        let result = Self.load(["/k/config": text])
        guard case .failure(let failure) = result else { return #expect(Bool(false), "\(situation)") }
        #expect(failure.description.contains(says), "\(situation): \(failure)")
        #expect(!failure.description.contains("sesame"), "\(situation): \(failure)")
    }

    @Test("a file that is not there") func missing() {
        #expect("\(Self.load([:]))".contains("there is no kubeconfig /k/config"))
        #expect("\(Self.load([:], path: nil, environment: ["KUBECONFIG": "/a:/b"]))".contains("no kubeconfig /a:/b"))
    }

    @Test("the parts of a server's URL") func addresses() {
        let cases: [(String, secure: Bool, host: String, port: Int, authority: String, renamed: String)] = [
            ("https://a.example", true, "a.example", 443, "a.example", "https://n:443"),
            ("https://192.0.2.1:6443/k8s/c-1/", true, "192.0.2.1", 6443, "192.0.2.1:6443", "https://n:6443/k8s/c-1"),
            ("http://[fd00::1]:8080", false, "fd00::1", 8080, "[fd00::1]:8080", "http://n:8080"),
        ]
        for (text, secure, host, port, authority, renamed) in cases {
            let address = ServerAddress(text)
            #expect(address.isSecure == secure && address.host == host && address.port == port, "\(text)")
            #expect(address.authority == authority && address.url(withHost: "n") == renamed, "\(text)")
        }
        #expect(ProxyAddress("http://u:p@h:1") != nil && ProxyAddress("h:1") == nil)
        #expect(ProxyAddress("socks5://h")?.port == 1080)
    }
}
