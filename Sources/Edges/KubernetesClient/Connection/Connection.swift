import AsyncHTTPClient
import Foundation
import KubernetesAPI
import NIOCore
import NIOPosix
import NIOSSL
import SystemIO
import Timing

/// The way to the API server: TLS, and who we are.
///
/// Certificates that are files are read again when they may have changed: at most every ``recheck``, and whenever the
/// server does not believe us. What is under way goes on on the connection that it has.
actor Connection {
    static let recheck = Duration.seconds(10)
    /// A watch on which nothing comes for so long is broken: longer than the server is ever asked to keep one. A dead peer is
    /// found sooner, by TCP (``keepAlive(_:)``); where nothing changes, API servers send no bookmarks that could show it.
    static let silence = Duration.seconds(660)

    /// What a request is sent with.
    struct Access: Sendable {
        let client: HTTPClient
        let tls: TLSConfiguration?
        let authorization: Confidential?
    }

    private struct Material: Hashable, Sendable {
        var authority: [UInt8]?
        var certificate: [UInt8]?
        var key: [UInt8]?
    }

    nonisolated let configuration: ClientConfiguration
    nonisolated let address: ServerAddress
    private let files: any FileReading
    private let group: any EventLoopGroup
    private let silence: Duration
    private let exec: ExecRunner?
    private var client: HTTPClient?
    private var isClosed = false
    private var tls: (configuration: TLSConfiguration, material: Material, checked: Instant)?
    /// What files held when they could last be read.
    private var contents: [String: [UInt8]] = [:]

    init(
        _ configuration: ClientConfiguration, _ files: any FileReading, _ group: any EventLoopGroup,
        silence: Duration = Connection.silence
    ) {
        self.configuration = configuration
        self.files = files
        self.group = group
        self.silence = silence
        address = ServerAddress(configuration.server)
        if case .exec(let plugin) = configuration.credentials {
            exec = ExecRunner(plugin, configuration, files)
        } else {
            exec = nil
        }
    }

    func prepare() async throws(RequestFailure) -> Access {
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
            answer = try await exec?.credentials()
            authorization = answer?.token.map { "Bearer \($0.text)" }
        }
        return Access(
            client: try openClient(), tls: address.isSecure ? try makeTLS(answer) : nil,
            authorization: authorization.map { Confidential($0) })
    }

    /// The server did not accept us, or we not it: what is remembered may be old.
    ///
    /// - Returns: whether there can be other credentials now.
    func distrust() async -> Bool {
        tls?.checked = .zero
        await exec?.discard()
        switch configuration.credentials {
        case .tokenFile, .exec: return true
        case .none, .token, .basic: if case .file = configuration.certificate { return true }
        }
        return false
    }

    /// Why TLS failed, if more can be said of it than the error does.
    func diagnose(_ error: any Error) async -> RequestFailure? {
        guard RequestFailure.isUntrusted(error), configuration.proxy == nil else { return nil }
        return await CertificateDiagnosis.failure(
            of: configuration.server, at: address, name: configuration.serverName, group: group)
    }

    func close() async {
        isClosed = true
        try? await client?.shutdown()
        client = nil
    }

    /// The URL to ask at: with another name for the certificate, that name, which is then looked up under the server's.
    nonisolated var base: String {
        configuration.serverName.map { address.url(withHost: $0) } ?? configuration.server
    }

    /// What the server is called in the header `Host`, where ``base`` calls it something else.
    nonisolated var hostHeader: String? { configuration.serverName == nil ? nil : address.authority }
}

// MARK: - The pool of connections

extension Connection {
    private func openClient() throws(RequestFailure) -> HTTPClient {
        if let client { return client }
        guard !isClosed else { throw RequestFailure(.connection, "the client is closed") }
        var settings = HTTPClient.Configuration()
        settings.timeout.connect = .seconds(10)
        settings.timeout.read = .nanoseconds(silence.wholeNanoseconds)
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        // Each watch holds a connection as long as it lasts.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        settings.connectionPool.retryConnectionEstablishment = false
        settings.http1_1ConnectionDebugInitializer = { Connection.keepAlive($0) }
        if let proxy = configuration.proxy { settings.proxy = try makeProxy(proxy) }
        if let name = configuration.serverName { settings.dnsOverride = [name: address.host] }
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: settings)
        self.client = client
        return client
    }

    /// Has the kernel find out within 35 s that the peer of an idle connection is gone, without a request (tcp(7)).
    private static func keepAlive(_ channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] = [
            (ChannelOptions.Types.SocketOption(level: .socket, name: .so_keepalive), 1), (tcp(TCP_KEEPIDLE), 20),
            (tcp(TCP_KEEPINTVL), 5), (tcp(TCP_KEEPCNT), 3),
        ]
        let set = options.map { channel.setOption($0.0, value: $0.1) }
        // Without support, only the detection of a dead peer is slower.
        return EventLoopFuture.andAllComplete(set, on: channel.eventLoop)
    }

    private static func tcp(_ option: CInt) -> ChannelOptions.Types.SocketOption {
        ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: option))
    }

    /// Whether something listens at the server's address. Costs no TLS, so it may be asked often while nothing does.
    nonisolated func isListening(within limit: Duration) async -> Bool {
        // Whether the server listens a proxy does not say before it is asked for it.
        guard configuration.proxy == nil else { return true }
        let bootstrap = ClientBootstrap(group: group).connectTimeout(.nanoseconds(limit.wholeNanoseconds))
        guard let channel = try? await bootstrap.connect(host: address.host, port: address.port).get() else {
            return false
        }
        channel.close(promise: nil)
        return true
    }

    private func makeProxy(_ text: String) throws(RequestFailure) -> HTTPClient.Configuration.Proxy {
        guard let proxy = ProxyAddress(text) else { throw RequestFailure(.credentials, ProxyAddress.problem) }
        switch proxy.kind {
        case .socks: return .socksServer(host: proxy.host, port: proxy.port)
        case .http:
            return .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.credentials.map { .basic(credentials: $0.text) })
        }
    }
}

// MARK: - TLS

extension Connection {
    private func makeTLS(_ answer: ExecRunner.Answer?) throws(RequestFailure) -> TLSConfiguration {
        let now = UptimeClock.now
        if let tls, answer?.certificate == nil, tls.checked.duration(to: now) < Connection.recheck {
            return tls.configuration
        }
        var material = Material(authority: try octets(configuration.authority, "the certificate authority"))
        if let certificate = answer?.certificate, let key = answer?.key {
            (material.certificate, material.key) = (certificate.octets, key.octets)
        } else {
            material.certificate = try octets(configuration.certificate, "the client certificate")
            material.key = try octets(configuration.key, "the client's key")
        }
        if let tls, tls.material == material {
            self.tls?.checked = now
            return tls.configuration
        }
        var made = TLSConfiguration.makeClientConfiguration()
        do {
            if let authority = material.authority {
                made.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
            }
            if let certificate = material.certificate, let key = material.key {
                made.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
                made.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
            }
        } catch {
            // A file that is just being written; or one that is wrong from the beginning.
            if let tls { return tls.configuration }
            throw RequestFailure(
                .credentials, "the certificates for \(configuration.server) are not PEM: check the kubeconfig")
        }
        if configuration.skipsVerification { made.certificateVerification = .none }
        tls = (made, material, now)
        return made
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

    /// What a file holds; if it cannot be read for a moment, what it held.
    private func read(_ path: String, _ what: String) throws(RequestFailure) -> [UInt8] {
        do {
            let octets = try files.read(path)
            contents[path] = octets
            return octets
        } catch {
            if let octets = contents[path] { return octets }
            throw RequestFailure(.credentials, "\(what): \(error)")
        }
    }
}
