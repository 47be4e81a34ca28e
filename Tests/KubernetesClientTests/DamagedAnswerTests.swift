import Foundation
import KubernetesAPI
import KubernetesModel
import NIOCore
import TestSupport
import Testing

@testable import KubernetesClient

/// What a server, or a file, may say that chance has damaged.
@Suite("Damaged answers and kubeconfigs are read or rejected, and crash nothing") struct DamagedAnswerTests {
    private static let service = """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default","uid":"u1",\
        "resourceVersion":"17","annotations":{"a":"\\u00e4\\ud83d\\ude00"},"labels":{"x":"y"}},\
        "spec":{"type":"LoadBalancer","ports":[{"port":80,"protocol":"TCP"}],"loadBalancerIP":"192.0.2.1"},\
        "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}
        """

    private static let lines = [
        "{\"type\":\"ADDED\",\"object\":\(service)}", "{\"type\":\"DELETED\",\"object\":\(service)}",
        "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"18\"}}}",
        "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"gone\"}}",
    ]

    @Test("A watch, wherever the network cuts it", arguments: [UInt64](1...40)) func watch(seed: UInt64) {
        var text = DamagedText(
            Self.lines.map { $0 + "\n" }, pieces: ["\n", "\"type\"", "\"ADDED\"", "\"object\""], seed: seed)
        var random = SeededGenerator(seed: seed)
        var splitter = LineSplitter()
        for _ in 0..<200 {
            let octets = text.next()
            let cut = Int.random(in: 0...octets.count, using: &random)
            for part in [octets[..<cut], octets[cut...]] {
                for line in (try? splitter.append(ByteBuffer(bytes: part))) ?? [] {
                    #expect(!line.isEmpty && !line.contains(UInt8(ascii: "\n")), "seed \(seed)")
                    guard let event = try? JSONDecoder().decode(WatchLine<Service>.self, from: Data(line)) else {
                        continue
                    }
                    if case .added(let object) = event {
                        #expect((object.object == nil) != (object.problem == nil), "seed \(seed)")
                    }
                }
            }
        }
    }

    @Test("A page of a list", arguments: [UInt64](1...20)) func page(seed: UInt64) {
        let page = """
            {"kind":"ServiceList","metadata":{"resourceVersion":"9","continue":"abc"},"items":[\(Self.service),\(Self.service)]}
            """
        var text = DamagedText([page], pieces: ["\"items\"", "\"metadata\"", "\"continue\""], seed: seed)
        for _ in 0..<200 {
            guard let page = try? JSONDecoder().decode(ListPage<Service>.self, from: Data(text.next())) else {
                continue
            }
            #expect(page.items.allSatisfy { ($0.object == nil) != ($0.problem == nil) }, "seed \(seed)")
        }
    }

    @Test("An answer that rejects", arguments: [UInt64](1...20)) func refusal(seed: UInt64) {
        let status =
            "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"no\",\"details\":{\"retryAfterSeconds\":3}}"
        var text = DamagedText([status], pieces: ["\"details\"", "\"code\""], seed: seed)
        for _ in 0..<500 { _ = try? JSONDecoder().decode(StatusAnswer.self, from: Data(text.next())) }
    }

    @Test("A kubeconfig: what is read says what is wrong, and never what is secret", arguments: [UInt64](1...40))
    func kubeconfig(seed: UInt64) {
        let samples = [
            KubeconfigTests.text(user: "token: opensesame"),
            KubeconfigTests.text(user: "username: admin, password: opensesame"),
            KubeconfigTests.text(
                cluster: "server: https://192.0.2.1:6443, proxy-url: 'http://me:opensesame@proxy:3128'",
                user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token]}"),
        ]
        var text = DamagedText(samples, pieces: ["users:", "clusters:", "server: ", "exec: "], seed: seed)
        for round in 0..<100 {
            let damaged = text.next()
            let outcome = KubeconfigTests.load(["/k/config": String(decoding: damaged, as: UTF8.self)])
            guard case .failure(let failure) = outcome else { continue }
            #expect(!"\(failure)".isEmpty, "seed \(seed), round \(round)")
            #expect(!"\(failure)".contains("opensesame"), "seed \(seed), round \(round): \(failure)")
        }
    }
}
