import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport

/// What a test's server was asked.
struct StubRequest: Hashable, Sendable {
    var method: String
    /// Path and query.
    var target: String
    var headers: [String: String]
    var body: String

    var path: String { String(target.prefix { $0 != "?" }) }

    /// The query, still with percent encoding.
    var query: [String: String] {
        let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&").map { item in
            (String(item.prefix { $0 != "=" }), String(item.drop { $0 != "=" }.dropFirst()))
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}

/// What a test's server answers.
struct StubResponse: Sendable {
    enum Part: Sendable {
        case text(String)
        case pause(Int64)
        /// Closes the connection in the middle of the answer.
        case cut
        /// Says nothing more, and does not end.
        case silence
    }

    var status = 200
    var headers: [(String, String)] = []
    var parts: [Part]

    static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> StubResponse {
        StubResponse(status: status, headers: headers, parts: [.text(text)])
    }

    /// A Status of Kubernetes.
    static func failure(_ code: Int, _ reason: String, headers: [(String, String)] = []) -> StubResponse {
        .json(
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"it is so","reason":"\#(reason)","code":\#(code)}"#,
            status: code, headers: headers)
    }
}

/// A small HTTP server on loopback that answers as a test tells it.
final class StubServer: Sendable {
    private let channel: any Channel
    private let scheme: String
    private let log: Locked<[StubRequest]>

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "\(scheme)://127.0.0.1:\(port)" }
    var requests: [StubRequest] { log.value }

    init(
        tls: TLSConfiguration? = nil, _ answer: @escaping @Sendable (StubRequest) -> StubResponse
    ) async throws {
        let log = Locked<[StubRequest]>([])
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        self.log = log
        scheme = tls == nil ? "http" : "https"
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(StubHandler(log: log, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async { try? await channel.close() }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: Locked<[StubRequest]>
    private let answer: @Sendable (StubRequest) -> StubResponse
    private var request: StubRequest?

    init(log: Locked<[StubRequest]>, answer: @escaping @Sendable (StubRequest) -> StubResponse) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
            request = StubRequest(
                method: head.method.rawValue, target: head.uri,
                headers: Dictionary(headers, uniquingKeysWith: { $1 }), body: "")
        case .body(let buffer): request?.body += String(buffer: buffer)
        case .end:
            guard let request else { return }
            // Whether it is well: apart from what tests count and let fail.
            let isReadiness = request.path == "/readyz"
            if !isReadiness { log.withLock { $0.append(request) } }
            let response = isReadiness ? StubResponse(parts: [.text("ok")]) : answer(request)
            var headers = HTTPHeaders(response.headers)
            headers.add(name: "Transfer-Encoding", value: "chunked")
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            send(response.parts[...], NIOLoopBound(context, eventLoop: context.eventLoop))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ parts: ArraySlice<StubResponse.Part>, _ context: NIOLoopBound<ChannelHandlerContext>) {
        guard context.value.channel.isActive else { return }
        guard let part = parts.first else {
            context.value.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return
        }
        switch part {
        case .text(let text):
            context.value.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            send(parts.dropFirst(), context)
        case .pause(let milliseconds):
            let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
            context.value.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                handler.value.send(parts.dropFirst(), context)
            }
        case .cut: context.value.close(promise: nil)
        case .silence: break
        }
    }
}
