import KubernetesAPI
import NIOCore
import NIOPosix
import NIOSSL
import SystemIO
import Timing

/// Finds out why a certificate was not accepted: the TLS library only says that it was not.
///
/// One more connection is opened, on which the server's certificate is looked at and always refused, so that no request
/// and no credentials ever travel on it.
enum CertificateDiagnosis {
    /// A failure that names the certificate's time as the reason; `nil` if that is not it, or nothing was seen.
    static func failure(
        of server: String, at address: ServerAddress, name: String?, group: any EventLoopGroup
    ) async -> RequestFailure? {
        guard let certificate = await certificate(at: address, name: name ?? address.host, group: group) else {
            return nil
        }
        let now = Timestamp.now
        let first = Timestamp(seconds: Int64(certificate.notValidBefore))
        let last = Timestamp(seconds: Int64(certificate.notValidAfter))
        if last < now {
            return RequestFailure(
                .security, "\(server): its certificate expired at \(last) (local time \(now)): renew it")
        }
        if now < first {
            return RequestFailure(
                .security,
                "\(server): its certificate is not valid before \(first) (local time \(now)): check the clocks")
        }
        return nil
    }

    private static func certificate(
        at address: ServerAddress, name: String, group: any EventLoopGroup
    ) async -> NIOSSLCertificate? {
        let loop = group.next()
        let seen = loop.makePromise(of: NIOSSLCertificate?.self)
        let timeout = loop.scheduleTask(in: .seconds(5)) { seen.succeed(nil) }
        let connected = ClientBootstrap(group: loop).connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
                    let handler = try NIOSSLClientHandler(
                        context: NIOSSLContext(configuration: .makeClientConfiguration()),
                        serverHostname: isAddress ? nil : name,
                        customVerificationCallback: { chain, verdict in
                            seen.succeed(chain.first)
                            verdict.succeed(.failed)
                        })
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: address.host, port: address.port)
        connected.whenComplete { result in
            switch result {
            case .success(let channel): channel.closeFuture.whenComplete { _ in seen.succeed(nil) }
            case .failure: seen.succeed(nil)
            }
        }
        let certificate = try? await withTaskCancellationHandler {
            try await seen.futureResult.get()
        } onCancel: {
            seen.succeed(nil)
        }
        timeout.cancel()
        connected.whenSuccess { $0.close(promise: nil) }
        return certificate ?? nil
    }
}
