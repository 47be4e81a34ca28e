/// Every metric that Martlet serves. `docs/metrics.md` explains them, beside MetalLB's.
package enum MetricNames {
    // MARK: The process

    package static let build = MetricDefinition(
        "martlet_build_info", .gauge, "Always 1; the labels show the version and the role.",
        labels: ["version", "role"])
    package static let ready = MetricDefinition(
        "martlet_ready", .gauge, "Whether the process is ready (1) or not (0), as /readyz reports.")
    package static let residentMemory = MetricDefinition(
        "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.")
    package static let virtualMemory = MetricDefinition(
        "process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.")
    package static let processorTime = MetricDefinition(
        "process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds.")
    package static let openFiles = MetricDefinition("process_open_fds", .gauge, "Number of open file descriptors.")
    package static let maximumFiles = MetricDefinition(
        "process_max_fds", .gauge, "Maximum number of open file descriptors.")
    package static let startTime = MetricDefinition(
        "process_start_time_seconds", .gauge, "Start time of the process since the Unix epoch in seconds.")

    // MARK: Configuration

    package static let configurationProblems = MetricDefinition(
        "martlet_configuration_problems", .gauge, "Problems in the current configuration.", labels: ["severity"])
    package static let configurationGeneration = MetricDefinition(
        "martlet_configuration_generation", .gauge, "Configurations that `martlet run` has applied.")
    package static let configurationLastSuccess = MetricDefinition(
        "martlet_configuration_last_success_timestamp_seconds", .gauge,
        "When `martlet run` last read a configuration without an error, since the Unix epoch in seconds.")

    // MARK: The API server

    package static let apiRequests = MetricDefinition(
        "martlet_kubernetes_requests_total", .counter,
        "Requests to the API server, by status code; 0 means no answer.",
        labels: ["verb", "resource", "code"])
    package static let watchFailures = MetricDefinition(
        "martlet_kubernetes_watch_failures_total", .counter,
        "Watches that failed to start or ended early.", labels: ["resource"])
    package static let apiServerUp = MetricDefinition(
        "martlet_kubernetes_server_up", .gauge,
        "Whether the API server answers (1), or watches wait for it (0).")
    package static let setBacks = MetricDefinition(
        "martlet_kubernetes_set_backs_total", .counter,
        "Times that the API server's state went backwards, for example after a restored etcd backup.",
        labels: ["resource"])

    // MARK: Addresses

    package static let poolSize = MetricDefinition(
        "martlet_pool_addresses", .gauge, "Addresses that a pool can allocate.", labels: ["pool", "family"])
    package static let poolAssigned = MetricDefinition(
        "martlet_pool_addresses_assigned", .gauge, "Addresses of a pool that are allocated to Services.",
        labels: ["pool", "family"])
    package static let poolAvailable = MetricDefinition(
        "martlet_pool_addresses_available", .gauge, "Addresses of a pool that are free now.",
        labels: ["pool", "family"])
    package static let services = MetricDefinition(
        "martlet_services", .gauge,
        "Services that Martlet serves, by state; the reason if an address is missing.",
        labels: ["state", "reason"])
    package static let assignmentTime = MetricDefinition(
        "martlet_assignment_seconds", .histogram, "Time to allocate the addresses of one Service.",
        buckets: MetricDefinition.latencyBuckets)

    // MARK: Announcing

    package static let announcements = MetricDefinition(
        "martlet_announcements", .gauge,
        "Addresses that this node announces at layer 2, and address-peer pairs that it advertises by BGP.",
        labels: ["protocol"])
    package static let notAnnounced = MetricDefinition(
        "martlet_not_announced", .gauge, "Addresses that this node does not announce, by reason.",
        labels: ["protocol", "reason"])
    package static let ownershipChanges = MetricDefinition(
        "martlet_ownership_changes_total", .counter, "Addresses that this node started or stopped owning at layer 2.",
        labels: ["change"])
    package static let conflicts = MetricDefinition(
        "martlet_address_conflicts_total", .counter,
        "Address conflicts: a host that is not a speaker used an address of a Service.",
        labels: ["interface"])
    package static let eventToWire = MetricDefinition(
        "martlet_event_to_wire_seconds", .histogram,
        "Time from a change of the input to its first frame or UPDATE.", labels: ["protocol"],
        buckets: MetricDefinition.latencyBuckets)

    // MARK: Layer 2

    package static let layer2Requests = MetricDefinition(
        "martlet_layer2_requests_received_total", .counter,
        "ARP requests and neighbor solicitations received for addresses that this node owns.",
        labels: ["interface", "protocol"])
    package static let layer2Replies = MetricDefinition(
        "martlet_layer2_replies_sent_total", .counter, "ARP replies and neighbor advertisements sent in answer.",
        labels: ["interface", "protocol"])
    package static let layer2Announcements = MetricDefinition(
        "martlet_layer2_announcements_sent_total", .counter,
        "Gratuitous ARP and unsolicited neighbor advertisements sent.", labels: ["interface", "protocol"])
    package static let layer2Drops = MetricDefinition(
        "martlet_layer2_drops_total", .counter, "Frames ignored.", labels: ["interface", "reason"])
    package static let layer2KernelDrops = MetricDefinition(
        "martlet_layer2_kernel_drops_total", .counter,
        "Frames that the kernel dropped because its capture buffer was full, before Martlet could read them.",
        labels: ["interface"])
    package static let layer2Claims = MetricDefinition(
        "martlet_layer2_claims", .gauge,
        "Addresses by the state of this node's claim: watching, probing, holding, or conflict (a host that is not a speaker "
            + "has it).",
        labels: ["interface", "state"])

    package static let forgedClaims = MetricDefinition(
        "martlet_layer2_forged_claims_total", .counter,
        "Claims in the name of a node that did not have the address, or from a MAC address that is not the node's; all were "
            + "ignored.",
        labels: ["interface"])
    package static let beliefsDropped = MetricDefinition(
        "martlet_layer2_beliefs_dropped_total", .counter,
        "Presumed owners of an address that did not answer for it when asked.",
        labels: ["interface"])

    // MARK: Liveness on segments

    package static let segmentMembers = MetricDefinition(
        "martlet_segment_members", .gauge, "Other speakers on a segment, by liveness state.",
        labels: ["interface", "state"])
    package static let segmentUnheard = MetricDefinition(
        "martlet_segment_unheard", .gauge,
        "Speakers whose ARP and NDP frames arrive, but not their liveness packets.",
        labels: ["interface"])

    // MARK: BGP and BFD

    package static let sessionUp = MetricDefinition(
        "martlet_bgp_session_up", .gauge, "Whether the session is Established (1) or not (0).", labels: ["peer"])
    package static let sessionState = MetricDefinition(
        "martlet_bgp_session_state", .gauge,
        "The session's state, numbered as in RFC 4273: 1 Idle, 2 Connect, 3 Active, 4 OpenSent, 5 OpenConfirm, "
            + "6 Established.",
        labels: ["peer"])
    package static let sessionSince = MetricDefinition(
        "martlet_bgp_session_since_timestamp_seconds", .gauge,
        "When the session entered its state, in seconds since the Unix epoch.", labels: ["peer"])
    package static let sessionLosses = MetricDefinition(
        "martlet_bgp_session_losses_total", .counter, "Times that the session left the state Established.",
        labels: ["peer"])
    package static let prefixesAdvertised = MetricDefinition(
        "martlet_bgp_prefixes_advertised", .gauge, "Prefixes advertised to the peer.", labels: ["peer"])
    package static let messagesSent = MetricDefinition(
        "martlet_bgp_messages_sent_total", .counter, "BGP messages sent.", labels: ["peer", "type"])
    package static let messagesReceived = MetricDefinition(
        "martlet_bgp_messages_received_total", .counter, "BGP messages received.", labels: ["peer", "type"])
    package static let refusedConnections = MetricDefinition(
        "martlet_bgp_refused_connections_total", .counter,
        "BGP connections rejected because no passive peer has their source address.")
    package static let bfdUp = MetricDefinition(
        "martlet_bfd_session_up", .gauge, "Whether the peer's BFD session is Up (1) or not (0).", labels: ["peer"])
    package static let bfdFailures = MetricDefinition(
        "martlet_bfd_session_failures_total", .counter,
        "Times that the peer's BFD session was Up and the path failed.", labels: ["peer"])
    package static let bfdSent = MetricDefinition(
        "martlet_bfd_packets_sent_total", .counter, "BFD packets sent to the peer.", labels: ["peer"])
    package static let bfdReceived = MetricDefinition(
        "martlet_bfd_packets_received_total", .counter, "BFD packets received for the peer's session.",
        labels: ["peer"])
    package static let bfdDrops = MetricDefinition(
        "martlet_bfd_drops_total", .counter, "BFD packets received for the peer's session and dropped.",
        labels: ["peer", "reason"])

    // MARK: Telemetry itself

    package static let droppedLogLines = MetricDefinition(
        "martlet_log_lines_dropped_total", .counter,
        "Log lines dropped because the reader of standard error was too slow.")
    package static let evictedConnections = MetricDefinition(
        "martlet_http_evicted_connections_total", .counter,
        "HTTP connections closed to make room for others, by limit: per source, in total, or reserved for "
            + "health.",
        labels: ["limit"])
    package static let droppedSeries = MetricDefinition(
        "martlet_metrics_dropped_series_total", .counter,
        "Series dropped because their metric has too many, or because they contradict its definition.")

    package static let all = [
        build, ready, residentMemory, virtualMemory, processorTime, openFiles, maximumFiles, startTime,
        configurationProblems, configurationGeneration, configurationLastSuccess, apiRequests, watchFailures,
        apiServerUp, setBacks, poolSize,
        poolAssigned, poolAvailable,
        services, assignmentTime, announcements, notAnnounced, ownershipChanges, conflicts, eventToWire, layer2Requests,
        layer2Replies, layer2Announcements, layer2Drops, layer2KernelDrops, layer2Claims, forgedClaims, beliefsDropped,
        segmentMembers,
        segmentUnheard, sessionUp,
        sessionState, sessionSince, sessionLosses, prefixesAdvertised, messagesSent, messagesReceived,
        refusedConnections, bfdUp,
        bfdFailures, bfdSent, bfdReceived, bfdDrops, evictedConnections, droppedLogLines, droppedSeries,
    ]
}
