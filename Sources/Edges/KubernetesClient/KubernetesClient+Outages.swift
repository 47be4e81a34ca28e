import KubernetesAPI
import Synchronization
import Timing

// An API server that goes and comes back, or comes back with an older state.
extension KubernetesClient {
    /// How long an attempt to connect may take while the server is down.
    private static let connectPatience = Duration.seconds(1)
    /// The pause before a request that failed although the server answers.
    private static let retryPause = Duration.seconds(1)

    /// Waits until the API server answers; at most half a second longer than it is away.
    ///
    /// - Returns: whether it was down when it was first asked; `nil` if the task was cancelled, or the client is closed.
    package func untilServerAnswers() async -> Bool? {
        await reachability.wait { isBack in
            self.observer.tell(isBack ? .serverAnswers : .serverLost)
        } attempt: {
            await self.isAnswering()
        }
    }

    /// Waits before a request that failed is made again: for a server that is down until it answers.
    package func pause(after failure: RequestFailure) async {
        if failure.mayBeOutage, failure.retryAfter == nil, await untilServerAnswers() == true { return }
        try? await Task.sleep(for: failure.retryAfter ?? KubernetesClient.retryPause)
    }

    /// Whether the API server answers and does not say that it is not ready. Denied permission, or a missing
    /// such path, is an answer too.
    private func isAnswering() async -> Bool {
        guard await connection.isListening(within: KubernetesClient.connectPatience) else { return false }
        let request = APIRequest(.get, verb: "get", resource: "readyz", path: "/readyz")
        do throws(RequestFailure) {
            try await send(request, patience: .seconds(2), isUrgent: true)
            return true
        } catch {
            return switch error.cause {
            case .connection, .timeout: false
            case .status(let code, _): code < 500
            case .security, .answer, .credentials: true
            }
        }
    }

    /// How often the server's state was found set back.
    package var setBacks: Int { setBackCount.load(ordering: .relaxed) }

    /// Waits until the server's state is found set back; `false` if the task was cancelled.
    package func untilSetBack() async -> Bool {
        for await _ in setBackSignal.stream() { return true }
        return false
    }

    func noteSetBack(resource: String, from: String, to: String) {
        setBackCount.add(1, ordering: .relaxed)
        observer.tell(.setBack(resource: resource, from: from, to: to))
        setBackSignal.send(())
    }
}
