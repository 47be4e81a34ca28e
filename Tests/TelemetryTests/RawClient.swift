import Addresses
import NIOCore
import NIOPosix
import Telemetry
import TestSupport

/// A client that sends whatever octets it is told to, as slowly as it is told to.
enum RawClient {
    /// Connects, sends the pieces with a pause before each, and reads until the server closes or `isEnough` says so.
    ///
    /// - Throws: ``TestFailure`` if neither happens within `limit`.
    static func exchange(
        with endpoint: HTTPEndpoint, _ pieces: [String], pause: Duration = .zero, limit: Duration = .seconds(10),
        until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        try await connect(to: endpoint) { inbound, outbound, _ in
            try await withThrowingTaskGroup(of: String?.self) { tasks in
                tasks.addTask {
                    var text = ""
                    do {
                        for try await buffer in inbound {
                            text += String(buffer: buffer)
                            if isEnough(text) { break }
                        }
                    } catch is IOError {
                        // A server that closes with octets unread resets the connection; what came before counts.
                    }
                    return text
                }
                tasks.addTask {
                    try await Task.sleep(for: limit)
                    return nil
                }
                do {
                    for piece in pieces {
                        if pause > .zero { try await Task.sleep(for: pause) }
                        try await outbound.write(ByteBuffer(string: piece))
                    }
                } catch is IOError, is ChannelError {
                    // The server closed first; what it said before counts.
                }
                let first = try await tasks.next() ?? nil
                tasks.cancelAll()
                guard let first else { throw TestFailure("the server neither answered nor closed within \(limit)") }
                return first
            }
        }
    }

    typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
    typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// A connection for as long as `body` runs. Unless it reads alone, it reads nothing until `autoRead` is set.
    static func connect<Result: Sendable>(
        to endpoint: HTTPEndpoint, readsAlone: Bool = true,
        _ body: @escaping @Sendable (Inbound, Outbound, any Channel) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: readsAlone)
            .connect(host: endpoint.address.description, port: Int(endpoint.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { try await body($0, $1, channel.channel) }
    }
}
