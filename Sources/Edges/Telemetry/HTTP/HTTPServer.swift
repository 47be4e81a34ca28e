import Addresses
import Glibc
import KubernetesModel
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Presentation
import ServiceLifecycle
import SystemIO
import Timing

/// Serves the HTTP endpoints of a process: `/healthz`, `/readyz`, `/metrics`, `/v1/status`.
///
/// Binding comes before running, so that a process that cannot have its port says so before it does anything else:
///
///     let server = try await HTTPServer.bind(to: endpoint, routes: [.health(), .metrics(registry)], logger: logger)
///     // … server is a Service for the ServiceGroup
///
/// Each connection has a task of its own, and no more time, memory and company than ``HTTPLimits`` says. Where there is no
/// room for a connection, an idle one gives way, and health is answered all the same (``ConnectionTable``).
package struct HTTPServer: ServiceLifecycle.Service, CustomStringConvertible {
    private typealias Answers = NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>

    /// Where it listens, with the port that the system chose if none was asked for.
    package let endpoint: HTTPEndpoint
    private let listener: any Channel
    /// Those accepted, for ``run()`` to serve.
    private let accepted: AsyncStream<HTTPConnections.Accepted>
    private let connections: HTTPConnections
    private let rules: HTTPRequestRules
    private let limits: HTTPLimits
    private let gate: AnswerGate
    private let logger: Logger

    /// What the ServiceGroup calls it in its log.
    package var description: String { "HTTPServer(\(endpoint))" }

    /// Opens the port.
    ///
    /// - Parameters:
    ///   - hosts: the names that a request may call this server by.
    ///   - registry: counts connections that had to give way.
    /// - Throws: ``HTTPServerError`` with what to do about it, where the port cannot be had.
    package static func bind(
        to endpoint: HTTPEndpoint, routes: [HTTPRoute], hosts: HTTPHosts = HTTPHosts(),
        limits: HTTPLimits = HTTPLimits(),
        registry: PrometheusRegistry? = nil, logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(HTTPServerError) -> HTTPServer {
        let (accepted, accept) = AsyncStream.makeStream(of: HTTPConnections.Accepted.self)
        let connections = HTTPConnections(limits, registry, logger)
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 128)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // Nothing is read before there is someone to read it.
                .childChannelOption(.autoRead, value: false)
                // A client that pipelines is held back by the answers that it has not read.
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let admission = ConnectionAdmission { accept.yield(connections.admit($0)) }
                        try channel.pipeline.syncOperations.addHandler(admission)
                        try configure(channel, limits)
                    }
                }
                .bind(host: endpoint.address.description, port: Int(endpoint.port)).get()
            listener.closeFuture.whenComplete { _ in accept.finish() }
            let port = listener.localAddress?.port.flatMap { UInt16(exactly: $0) } ?? endpoint.port
            return HTTPServer(
                endpoint: HTTPEndpoint(address: endpoint.address, port: port), listener: listener,
                accepted: accepted, connections: connections,
                rules: HTTPRequestRules(routes, hosts), limits: limits, gate: AnswerGate(limit: limits.answers),
                logger: logger)
        } catch {
            throw HTTPServerError("cannot listen on \(endpoint): \(explain(error))")
        }
    }

    private static func explain(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "another process has the port; stop it, or choose another with --http"
        case EADDRNOTAVAIL: return "no interface of this host has the address"
        case EACCES: return "ports below 1024 need the capability NET_BIND_SERVICE; choose another with --http"
        default: return "\(error)"
        }
    }

    /// Has a channel parse requests, within the limits.
    package static func configure(_ channel: any Channel, _ limits: HTTPLimits) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headerField
        decoderLimits.maxHeaderListSize = limits.headers
        decoderLimits.maxHeaderFieldCount = 100
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: true, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: decoderLimits)
        try channel.pipeline.syncOperations.addHandlers(ExchangeDeadline(limits.exchange), ResponseBytes())
    }

    /// Answers until it is shut down; then lets answers under way leave.
    package func run() async throws {
        logger.info("serving HTTP", metadata: [LogKey.endpoint: "\(endpoint)"])
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                for await connection in accepted { tasks.addTask { await serve(connection) } }
                // The listener is closed, or the task cancelled. Each connection closes itself once it has answered;
                // those that take too long are cut off.
                listener.close(promise: nil)
                let clock = ContinuousClock()
                let deadline = clock.now + limits.shutdown
                while connections.count > 0, clock.now < deadline, !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            listener.close(promise: nil)
        }
    }

    private func serve(_ accepted: HTTPConnections.Accepted) async {
        let channel = accepted.channel
        await withGracefulShutdownHandler {
            do {
                let connection = try await channel.eventLoop.submit {
                    try NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>(
                        wrappingChannelSynchronously: channel)
                }.get()
                try await connection.executeThenClose { parts, answers in
                    try await channel.setOption(.autoRead, value: true).get()
                    try await exchange(parts, answers, accepted)
                }
            } catch {
                // The client went away, sent what is not HTTP, or was too slow: all the same to us.
                logger.trace("HTTP connection ended", metadata: [LogKey.error: "\(error)"])
                channel.close(promise: nil)
            }
        } onGracefulShutdown: {
            // The pipeline closes the connection now, or after the answer that is under way.
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    private func exchange(
        _ parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>, _ answers: Answers,
        _ accepted: HTTPConnections.Accepted
    ) async throws {
        func enter(_ phase: ConnectionTable.Phase) { connections.set(phase, of: accepted.connection) }
        var request: HTTPRequestHead?
        var bodySize = 0
        for try await part in parts {
            switch part {
            case .head(let head):
                request = head
                bodySize = 0
            case .body(let octets):
                bodySize += octets.readableBytes
                guard bodySize <= limits.body else { return }
            case .end:
                guard let head = request else { return }
                request = nil
                enter(.answering)
                let (response, allow) = await answer(to: head, on: accepted)
                enter(.sending(since: UptimeClock.now))
                guard try await send(response, allow: allow, to: head, answers) else { return }
                enter(.waiting(since: UptimeClock.now))
            }
        }
    }

    /// The answer to a request, and the methods that would do where this one does not.
    private func answer(
        to head: HTTPRequestHead, on accepted: HTTPConnections.Accepted
    ) async -> (HTTPResponse, allow: String?) {
        let (route, rest): (HTTPRoute, Substring)
        switch rules.verdict(on: head, isFromThisHost: accepted.channel.isFromThisHost) {
        case .refused(let response, let allow): return (response, allow)
        case .served(let found, let end): (route, rest) = (found, end)
        }
        guard route.kind != .health else { return (await route.respond(rest), nil) }
        guard !accepted.isReserved else {
            return (
                .text("Too many connections. Only /healthz and /readyz are answered now.\n", status: 503), nil
            )
        }
        let response = await gate.pass {
            // Who has gone while it waited gets none.
            accepted.channel.isActive ? await route.respond(rest) : .text("")
        }
        return (response, nil)
    }

    /// Returns whether the connection stays open.
    private func send(
        _ response: HTTPResponse, allow: String?, to request: HTTPRequestHead,
        _ answers: Answers
    ) async throws -> Bool {
        let staysOpen = request.isKeepAlive
        var head = HTTPResponseHead(
            version: request.version, status: HTTPResponseStatus(statusCode: response.status),
            headers: [
                "Content-Type": response.contentType, "Content-Length": String(response.body.readableBytes),
                "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
            ])
        if let allow { head.headers.add(name: "Allow", value: allow) }
        if !staysOpen {
            head.headers.add(name: "Connection", value: "close")
        } else if request.version == .http1_0 {
            head.headers.add(name: "Connection", value: "keep-alive")
        }
        try await answers.write(.head(head))
        if request.method != .HEAD { try await answers.write(.body(response.body)) }
        try await answers.write(.end(nil))
        return staysOpen
    }
}

extension Channel {
    /// Whether the other end is on this host: of loopback, or of the very address that was connected to.
    fileprivate var isFromThisHost: Bool {
        guard let text = remoteAddress?.ipAddress, let address = try? IPAddress(text) else { return false }
        return address.isLoopback || text == localAddress?.ipAddress
    }
}
