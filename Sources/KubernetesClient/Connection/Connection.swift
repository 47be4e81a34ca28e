import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Timing

/// The way to the API server: TLS, and who we are.
///
/// Certificates that are files are read again when they have changed: at most every ``recheck``, and whenever the server
/// does not believe us.
actor Connection {
    static let recheck = Duration.seconds(60)
    /// A watch on which nothing comes for so long is broken: the API server sends a bookmark about once a minute, so two
    /// of them are missing.
    static let silence = Duration.seconds(130)

    private struct Material: Hashable, Sendable {
        var authority: [UInt8]?
        var certificate: [UInt8]?
        var key: [UInt8]?
    }

    nonisolated let configuration: ClientConfiguration
    private let files: any FileReading
    private let group: any EventLoopGroup
    private let exec: ExecRunner?
    private var current: (client: HTTPClient, material: Material)?
    private var checked = ContinuousClock.now

    init(_ configuration: ClientConfiguration, _ files: any FileReading, _ group: any EventLoopGroup) {
        self.configuration = configuration
        self.files = files
        self.group = group
        if case .exec(let plugin) = configuration.credentials {
            exec = ExecRunner(plugin, configuration, files)
        } else {
            exec = nil
        }
    }

    /// What to send with, and what to say of ourselves.
    func prepare() async throws(RequestFailure) -> (client: HTTPClient, authorization: String?) {
        var authorization: String?
        var answer: ExecRunner.Answer?
        switch configuration.credentials {
        case .none: break
        case .token(let token): authorization = "Bearer \(token.text)"
        case .tokenFile(let path):
            let octets = try read(path, "the token")
            authorization =
                "Bearer \(String(decoding: octets, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))"
        case .basic(let user, let password):
            authorization = "Basic \(Data("\(user):\(password.text)".utf8).base64EncodedString())"
        case .exec:
            let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
            answer = try await exec?.credentials(at: now)
            authorization = answer?.token.map { "Bearer \($0.text)" }
        }
        return (try client(answer), authorization)
    }

    /// The server did not accept us, or we not it: what is remembered may be old.
    func distrust() async {
        checked = .now - Connection.recheck
        await exec?.discard()
    }

    func close() async {
        try? await current?.client.shutdown()
        current = nil
    }

    // MARK: - TLS

    private func client(_ answer: ExecRunner.Answer?) throws(RequestFailure) -> HTTPClient {
        if let current, answer?.certificate == nil, ContinuousClock.now - checked < Connection.recheck {
            return current.client
        }
        checked = .now
        var material = Material(
            authority: try octets(configuration.authority, "the certificate authority"),
            certificate: try octets(configuration.certificate, "the client certificate"),
            key: try octets(configuration.key, "the client's key"))
        if let certificate = answer?.certificate, let key = answer?.key {
            material.certificate = certificate.octets
            material.key = key.octets
        }
        if let current {
            if current.material == material { return current.client }
            let old = current.client
            // What is under way on it comes to its end first.
            old.shutdown { _ in }
        }
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: try settings(material))
        current = (client, material)
        return client
    }

    private func settings(_ material: Material) throws(RequestFailure) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        do {
            if let authority = material.authority {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
            }
            if let certificate = material.certificate, let key = material.key {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            }
        } catch {
            throw RequestFailure(
                .credentials, "the certificates for \(configuration.server) are not PEM: look at the kubeconfig")
        }
        if configuration.skipsVerification { tls.certificateVerification = .none }
        var settings = HTTPClient.Configuration(tlsConfiguration: tls)
        settings.timeout.connect = .seconds(10)
        settings.timeout.read = .nanoseconds(Connection.silence.wholeNanoseconds)
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        // Each watch holds a connection for as long as it stands.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        settings.connectionPool.retryConnectionEstablishment = false
        if let proxy = configuration.proxy {
            guard let url = URL(string: proxy), url.scheme == "http", let host = url.host else {
                throw RequestFailure(.credentials, "proxy-url \(proxy): only http://HOST:PORT is supported")
            }
            settings.proxy = .server(host: host, port: url.port ?? 80)
        }
        if let name = configuration.serverName, let host = URL(string: configuration.server)?.host {
            settings.dnsOverride = [name: host]
        }
        return settings
    }

    /// The URL to ask at: with another name for the certificate, that name, which is then looked up under the server's.
    nonisolated var base: String {
        guard let name = configuration.serverName, var parts = URLComponents(string: configuration.server) else {
            return configuration.server
        }
        parts.host = name
        return parts.string ?? configuration.server
    }

    private func octets(
        _ source: ClientConfiguration.Source?, _ what: String
    ) throws(RequestFailure) -> [UInt8]? {
        switch source {
        case nil: nil
        case .data(let data): data.octets
        case .file(let path): try read(path, what)
        }
    }

    private func read(_ path: String, _ what: String) throws(RequestFailure) -> [UInt8] {
        do { return try files.read(path) } catch { throw RequestFailure(.credentials, "\(what): \(error)") }
    }
}
