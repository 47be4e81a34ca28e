import Foundation
import KubernetesAPI
import KubernetesModel
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Ways in which an API server cannot be asked, and what is said of each", .serialized)
struct ConnectionTests {
    static let node = #"{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}}"#

    static func server(_ certificate: String?, _ certificates: Certificates, clients: Bool = false) async throws
        -> StubServer
    {
        guard let certificate else { return try await StubServer { _ in .json(node) } }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.path("\(certificate).crt")).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificates.path("\(certificate).key"), format: .pem)))
        if clients {
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .file(certificates.path("ca.crt"))
        }
        return try await StubServer(tls: tls) { _ in .json(node) }
    }

    /// What asking for a node comes to: its name, or the failure.
    static func ask(_ configuration: ClientConfiguration, silence: Duration = .seconds(130)) async -> Result<
        String, RequestFailure
    > {
        let client = KubernetesClient(configuration, silence: silence)
        let result: Result<String, RequestFailure>
        do throws(RequestFailure) {
            let octets = try await client.send(
                .get(.nodes, NamespacedName(namespace: nil, name: "n1")), patience: .seconds(5))
            let node: Node = try client.decode(octets)
            result = .success(node.metadata.name)
        } catch {
            result = .failure(error)
        }
        await client.close()
        return result
    }

    static func failure(_ result: Result<String, RequestFailure>) -> RequestFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    @Test("TLS: each certificate and what it comes to") func certificates() async throws {
        let certificates = try Certificates()
        let cases: [(situation: String, server: String, authority: String?, says: String?)] = [
            ("all is well", "server", "ca", nil),
            ("an authority that signed another", "server", "other", "not signed by the trusted authority"),
            ("no authority of ours: the system's", "server", nil, "not signed by the trusted authority"),
            ("another name", "wrong", "ca", "for another name"),
            ("expired", "expired", "ca", "expired at 2020-01-02T00:00:00Z"),
            ("not yet valid", "future", "ca", "not valid before 2090-01-01T00:00:00Z"),
        ]
        for row in cases {
            let server = try await Self.server(row.server, certificates)
            let result = await Self.ask(
                ClientConfiguration(
                    server: server.url, authority: row.authority.map { .file(certificates.path("\($0).crt")) }))
            if let says = row.says {
                let failure = Self.failure(result)
                #expect(failure?.cause == .security, "\(row.situation): \(result)")
                #expect(failure?.message.contains(says) ?? false, "\(row.situation): \(result)")
                #expect(server.requests.isEmpty, "\(row.situation): nothing was said to it")
            } else {
                #expect(result == .success("n1"), "\(row.situation): \(result)")
            }
            await server.stop()
        }
    }

    @Test("insecure-skip-tls-verify and tls-server-name do what they say") func exceptions() async throws {
        let certificates = try Certificates()
        let server = try await Self.server("server", certificates)
        #expect(await Self.ask(ClientConfiguration(server: server.url, skipsVerification: true)) == .success("n1"))
        let named = ClientConfiguration(
            server: server.url, authority: .file(certificates.path("ca.crt")), serverName: "api.example")
        #expect(await Self.ask(named) == .success("n1"))
        #expect(server.requests.last?.headers["host"] == "127.0.0.1:\(server.port)", "the name is for TLS alone")
        await server.stop()
        // A certificate for the very address that is connected to is taken whatever the name; this one is for none.
        let wrong = try await Self.server("wrong", certificates)
        var other = ClientConfiguration(
            server: wrong.url, authority: .file(certificates.path("ca.crt")), serverName: "elsewhere.example")
        #expect(await Self.ask(other) == .success("n1"))
        other.serverName = "no.example"
        #expect(Self.failure(await Self.ask(other))?.message.contains("for another name") ?? false)
        await wrong.stop()
    }

    @Test("client certificates, from files and as data; without one") func clientCertificate() async throws {
        let certificates = try Certificates()
        let server = try await Self.server("server", certificates, clients: true)
        var configuration = ClientConfiguration(
            server: server.url, authority: .file(certificates.path("ca.crt")),
            certificate: .file(certificates.path("client.crt")), key: .file(certificates.path("client.key")))
        #expect(await Self.ask(configuration) == .success("n1"))
        let files = DiskFiles()
        configuration.certificate = .data(Confidential(try files.read(certificates.path("client.crt"))))
        configuration.key = .data(Confidential(try files.read(certificates.path("client.key"))))
        #expect(await Self.ask(configuration) == .success("n1"))
        (configuration.certificate, configuration.key) = (nil, nil)
        let refused = Self.failure(await Self.ask(configuration))
        #expect(refused != nil && refused?.code == nil, "\(String(describing: refused))")
        await server.stop()
    }

    @Test("nobody there, no such name, no TLS, no HTTP, no Kubernetes") func unreachable() async throws {
        let certificates = try Certificates()
        let plain = try await Self.server(nil, certificates)
        let secure = try await Self.server("server", certificates)
        let web = try await StubServer { _ in .json("<html>", status: 404) }
        let closed = try await StubServer { _ in .json("") }
        let closedURL = closed.url
        await closed.stop()
        let cases: [(String, String, String)] = [
            ("refused", closedURL, "connection refused"),
            ("no such name", "https://no-such-host.invalid:6443", "host not found"),
            ("no TLS", plain.url.replacingOccurrences(of: "http:", with: "https:"), "does not speak TLS"),
            (
                "TLS, asked without", secure.url.replacingOccurrences(of: "https:", with: "http:"),
                secure.url.suffix(5) + ""
            ),
            ("a web server", web.url, "does not look like a Kubernetes API server"),
        ]
        for (situation, url, says) in cases {
            let failure = Self.failure(await Self.ask(ClientConfiguration(server: url)))
            #expect(failure?.message.contains(says) ?? false, "\(situation): \(String(describing: failure))")
        }
        for server in [plain, secure, web] { await server.stop() }
    }

    @Test("an address that does not answer, an answer that stops → said in time") func silence() async throws {
        let server = try await StubServer { _ in StubResponse(parts: [.text("{"), .silence]) }
        let begun = ContinuousClock.now
        let failure = Self.failure(await Self.ask(ClientConfiguration(server: server.url), silence: .milliseconds(300)))
        #expect(
            failure?.cause == .timeout && failure?.message.contains("stopped responding") ?? false,
            "\(String(describing: failure))")
        #expect(ContinuousClock.now - begun < .seconds(4))
        await server.stop()
    }

    @Test("a file that changes: the next request has the new token, and a vanished one the last") func rotation()
        async throws
    {
        let token = try TemporaryFile("first\n")
        let server = try await StubServer { _ in .json(Self.node) }
        let client = KubernetesClient(ClientConfiguration(server: server.url, credentials: .tokenFile(token.path)))
        let name = NamespacedName(namespace: nil, name: "n1")
        _ = try await client.get(.nodes, name)
        try Data("second".utf8).write(to: URL(fileURLWithPath: token.path))
        _ = try await client.get(.nodes, name)
        try FileManager.default.removeItem(atPath: token.path)
        _ = try await client.get(.nodes, name)
        #expect(
            server.requests.map { $0.headers["authorization"] } == ["Bearer first", "Bearer second", "Bearer second"])
        await client.close()
        await server.stop()
    }

    @Test("an authority that is renewed while a client runs → believed after a refusal, without a restart")
    func authority() async throws {
        let certificates = try Certificates()
        let server = try await Self.server("server", certificates)
        let path = certificates.path("trusted.crt")
        try Shell.check(["cp", certificates.path("other.crt"), path])
        let client = KubernetesClient(ClientConfiguration(server: server.url, authority: .file(path)))
        let name = NamespacedName(namespace: nil, name: "n1")
        await #expect(throws: RequestFailure.self) { _ = try await client.get(.nodes, name) }
        try Shell.check(["cp", certificates.path("ca.crt"), path])
        _ = try await client.get(.nodes, name)
        await client.close()
        await server.stop()
    }

    @Test("basic credentials, a token: in the header, and in no description") func credentials() async throws {
        let server = try await StubServer { _ in .json(Self.node) }
        let cases: [(ClientConfiguration.Credentials, String?)] = [
            (.none, nil), (.token(Confidential("opensesame")), "Bearer opensesame"),
            (.basic(user: "u", password: Confidential("opensesame")), "Basic dTpvcGVuc2VzYW1l"),
        ]
        for (credentials, header) in cases {
            let configuration = ClientConfiguration(server: server.url, credentials: credentials)
            #expect(await Self.ask(configuration) == .success("n1"))
            #expect(server.requests.last?.headers["authorization"] == header)
            #expect(server.requests.last?.headers["user-agent"] == "martlet")
            #expect(!"\(configuration)".contains("sesame"))
        }
        await server.stop()
    }

    @Test("a proxy is asked to connect; one that does not, and one that wants credentials, are said") func proxy()
        async throws
    {
        // A server that is no proxy answers CONNECT as it answers everything.
        for (status, says) in [(407, "proxy requires credentials"), (502, "the proxy did not open a connection")] {
            let proxy = try await StubServer { _ in .json("", status: status) }
            var configuration = ClientConfiguration(server: "https://api.example:6443")
            configuration.proxy = "http://127.0.0.1:\(proxy.port)"
            let failure = Self.failure(await Self.ask(configuration))
            #expect(failure?.message.contains(says) ?? false, "\(String(describing: failure))")
            #expect(proxy.requests.first?.method == "CONNECT" && proxy.requests.first?.target == "api.example:6443")
            await proxy.stop()
        }
    }

    @Test("what the server rejects, with the remedy") func refusals() async throws {
        let cases: [(Int, String, String)] = [
            (401, "Unauthorized", "authentication failed"), (403, "Forbidden", "grant the verb get on nodes by RBAC"),
            (404, "NotFound", "it is so"), (409, "Conflict", "it is so"), (500, "InternalError", "it is so"),
        ]
        for (code, reason, says) in cases {
            let server = try await StubServer { _ in .failure(code, reason) }
            let failure = Self.failure(await Self.ask(ClientConfiguration(server: server.url)))
            #expect(failure?.cause == .status(code, reason: reason), "\(code)")
            #expect(failure?.message.contains(says) ?? false, "\(code): \(String(describing: failure))")
            #expect(server.requests.count == 1, "\(code)")
            await server.stop()
        }
        let busy = try await StubServer { _ in .failure(429, "TooManyRequests", headers: [("Retry-After", "3")]) }
        #expect(Self.failure(await Self.ask(ClientConfiguration(server: busy.url)))?.retryAfter == .seconds(3))
        await busy.stop()
    }
}
