import Interfaces
import NIOCore

/// Reports a connection once it is established, and passes everything on.
final class TCPArrivalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let accept: @Sendable (TCPListener.Connection) -> Void

    init(_ accept: @escaping @Sendable (TCPListener.Connection) -> Void) { self.accept = accept }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        if let remote = TCPEndpoint(peer: channel.remoteAddress), let local = TCPEndpoint(channel.localAddress) {
            accept(TCPListener.Connection(channel: channel, remote: remote, local: local))
        } else {
            // It was reset before anybody could look at it.
            channel.close(promise: nil)
        }
        context.fireChannelActive()
    }
}
