import Foundation
import TestAPIServer
import TestSupport

/// Both programs against an API server: how long, how many requests, how much memory.
struct ClusterBenchmark {
    private let server: APIServerUnderTest
    private let program: String
    private let services: Int
    private let folder: TemporaryFolder

    init(_ server: APIServerUnderTest, program: String, services: Int) throws {
        self.server = server
        self.program = program
        self.services = services
        folder = try TemporaryFolder()
        for account in ["controller", "speaker"] {
            try server.kubeconfig(of: "martlet-\(account)").write(
                toFile: "\(folder.path)/\(account)", atomically: true, encoding: .utf8)
        }
    }

    /// Prints the figures.
    /// - Returns: Whether all are within their budgets.
    func run() async throws -> Bool {
        try await prepare()
        var controller = try start("controller", port: 7473)
        let speaker = try start("speaker", port: 7472, "--node-name", "n1", "--state-dir", folder.path + "/state")
        defer { speaker.stop(grace: .seconds(10)) }
        try await eventually("the controller leads", controller) { controller.errors.contains("leading") }
        var table = FigureTable()
        let per = Double(services) / 5000

        let start = ContinuousClock.now
        try await create(services, in: "/api/v1/namespaces/default/services", ClusterBenchmark.service)
        table.add("Services created, s", seconds(since: start), budget: nil)
        try await eventually("every Service has an address", controller) { try await addressed() == services }
        table.add("from apply to the last address, s", seconds(since: start), budget: 60 * per)
        try await eventually("every address is announced", speaker) { try announced() == services }
        table.add("from apply to the last announcement, s", seconds(since: start), budget: 90 * per)
        // At rest: the state was saved, and what that took was given back.
        try await Task.sleep(for: .seconds(20))
        let requests = await server.requests()
        let count = Double(services)
        table.add("writes a Service", Double(writes(requests)) / count, budget: 1.2)
        table.add("requests a Service", Double(requests.count(where: isAboutServices)) / count, budget: 1.3)
        var use = try ProcessUse(of: controller)
        table.add("controller: CPU, s", use.cpuSeconds, budget: 34 * per)
        table.add("controller: memory, MiB", use.residentMiB, budget: 128)
        use = try ProcessUse(of: speaker)
        table.add("speaker: CPU, s", use.cpuSeconds, budget: 64 * per)
        table.add("speaker: memory, MiB", use.residentMiB, budget: 64)
        table.add("of this not the program's file, MiB", use.anonymousMiB, budget: nil)

        controller.stop(grace: .seconds(10))
        controller = try self.start("controller", port: 7473)
        defer { controller.stop(grace: .seconds(10)) }
        try await eventually("the controller leads again", controller) { controller.errors.contains("leading") }
        try await Task.sleep(for: .seconds(15))
        let afterwards = await server.requests()
        table.add("writes at a restart of the controller", Double(writes(afterwards) - writes(requests)), budget: 0)

        try await create(499, in: "/api/v1/nodes", ClusterBenchmark.node)
        let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
        try await create(services * 4, in: slices) { ClusterBenchmark.slice($0, of: "s\($0 / 4)") }
        try await Task.sleep(for: .seconds(60))
        use = try ProcessUse(of: speaker)
        table.add("speaker with 4 EndpointSlices each and 500 Nodes: memory, MiB", use.residentMiB, budget: 128)
        table.add("of this not the program's file, MiB", use.anonymousMiB, budget: nil)
        table.add("the same: received, MiB", try received(by: speaker), budget: 100 * per)

        let before = (await server.requests().count(where: isFromMartlet), try ProcessUse(of: speaker).cpuSeconds)
        try await Task.sleep(for: .seconds(60))
        let after = (await server.requests().count(where: isFromMartlet), try ProcessUse(of: speaker).cpuSeconds)
        table.add("at rest: requests a minute", Double(after.0 - before.0), budget: 60)
        table.add("at rest: speaker's CPU, % of a core", (after.1 - before.1) / 60 * 100, budget: 1)
        return table.isWithinBudgets
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }

    // MARK: - The cluster

    private func prepare() async throws {
        let own = "/apis/martlet.dev/v1beta1/namespaces/martlet-system"
        try await post("/api/v1/nodes", ClusterBenchmark.node(0))
        try await post(
            own + "/ipaddresspools",
            [
                "apiVersion": "martlet.dev/v1beta1", "kind": "IPAddressPool", "metadata": ["name": "big"],
                "spec": ["addresses": ["198.18.0.0/16"]],
            ])
        try await post(
            own + "/l2advertisements",
            ["apiVersion": "martlet.dev/v1beta1", "kind": "L2Advertisement", "metadata": ["name": "all"]])
    }

    private static func service(_ index: Int) -> JSON {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string("s\(index)")],
            "spec": ["type": "LoadBalancer", "allocateLoadBalancerNodePorts": false, "ports": [["port": 80]]],
        ]
    }

    private static func node(_ index: Int) -> JSON {
        [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string("n\(index + 1)")],
            "status": [
                "addresses": [["type": "InternalIP", "address": .string("10.77.\(index / 200).\(index % 200 + 2)")]]
            ],
        ]
    }

    private static func slice(_ index: Int, of service: String) -> JSON {
        [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "name": .string("slice-\(index)"), "labels": ["kubernetes.io/service-name": .string(service)],
            ],
            "endpoints": [
                [
                    "addresses": ["10.1.2.3"], "nodeName": .string("n\(index % 500 + 1)"),
                    "conditions": ["ready": true],
                ]
            ],
        ]
    }

    private func post(_ path: String, _ object: JSON) async throws {
        let answer = try await server.ask("POST", path, object)
        guard answer.code == 201 else {
            throw TestFailure("POST \(path): \(answer.code) \(String(decoding: answer.text, as: UTF8.self))")
        }
    }

    /// As many at a time as kubectl and its like would not do.
    private func create(_ count: Int, in path: String, _ make: @escaping @Sendable (Int) -> JSON) async throws {
        // The first node is there already.
        let first = path.hasSuffix("nodes") ? 1 : 0
        try await withThrowingTaskGroup { group in
            for lane in 0..<16 {
                group.addTask {
                    for index in stride(from: lane, to: count, by: 16) { try await post(path, make(first + index)) }
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: - The programs

    private func start(_ role: String, port: Int, _ arguments: String...) throws -> ChildProcess {
        try ChildProcess(
            [program, role, "--kubeconfig", "\(folder.path)/\(role)", "--http", "127.0.0.1:\(port)"] + arguments)
    }

    private func addressed() async throws -> Int {
        let answer = try await server.ask("GET", "/api/v1/services")
        return try JSON(answer.text)["items"]?.array?.count {
            $0["status", "loadBalancer", "ingress"]?.array?.isEmpty == false
        } ?? 0
    }

    private func announced() throws -> Int {
        let metrics = try Shell.run(["curl", "-s", "http://127.0.0.1:7472/metrics"])
        return metrics.lines.filter { $0.hasPrefix("martlet_announcements{") }.reduce(0) { total, line in
            total + Int(Double(line.split(separator: " ").last ?? "0") ?? 0)
        }
    }

    /// Over connections that are still open, as the kernel counts, in MiB.
    private func received(by process: ChildProcess) throws -> Double {
        let sockets = try Shell.check(["ss", "-tinpHO", "state", "established"])
        let own = sockets.lines.filter { $0.contains("pid=\(process.pid),") }
        let octets = own.compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("bytes_received:") }
                .flatMap { Double($0.dropFirst("bytes_received:".count)) }
        }
        guard !octets.isEmpty else { throw TestFailure("the speaker has no connections: \(sockets)") }
        return octets.reduce(0, +) / 1_048_576
    }

    private func isFromMartlet(_ request: RecordedRequest) -> Bool {
        request.user.hasPrefix("system:serviceaccount:martlet-system:")
    }

    /// Those that come with time and not with Services left out.
    private func isAboutServices(_ request: RecordedRequest) -> Bool {
        isFromMartlet(request) && !request.resource.hasPrefix("leases") && !request.resource.hasPrefix("speakers")
    }

    private func writes(_ requests: [RecordedRequest]) -> Int {
        requests.count { $0.isWrite && isAboutServices($0) }
    }

    private func eventually(
        _ what: String, _ process: ChildProcess, _ question: () async throws -> Bool
    ) async throws {
        let limit = Duration.seconds(60)
        guard try await !TestSupport.eventually(within: limit, every: .milliseconds(250), question) else { return }
        let state = "\(try await addressed()) have an address, \(try announced()) are announced"
        throw TestFailure("not within \(limit): \(what): \(state); it logged last:\n\(process.errors.suffix(4000))")
    }
}
