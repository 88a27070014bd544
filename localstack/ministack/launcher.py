"""Start the local cloud: the pinned ministack with the patches below, each explained where it is defined.

    python -m localstack.ministack.launcher HOME

HOME names the cloud on the command line, so that `linli down` can tell this process from any other.
"""

import sys

from ministack import app

from localstack.ministack import (
    asynchronous,
    functions,
    metrics,
    mqtt,
    refusals,
    rest_api,
    sessions,
    state,
    streams,
    tables,
    workers,
)

PATCHES = (
    mqtt.listen_on_loopback,
    mqtt.require_client_certificate,
    mqtt.know_thing_attributes,
    mqtt.cut_off_revoked_devices,
    mqtt.pass_on_odd_payloads,
    sessions.replace_subscriptions,
    sessions.end_sessions_with_their_client,
    sessions.cut_silent_clients,
    sessions.tell_whose_will_it_is,
    sessions.take_turns,
    sessions.refuse_large_payloads,
    sessions.refuse_long_topics,
    sessions.refuse_many_filters,
    sessions.refuse_odd_client_ids,
    mqtt.know_policy_targets,
    mqtt.invoke_rule_functions_asynchronously,
    functions.use_own_interpreter,
    functions.put_code_before_layers,
    functions.keep_error_types,
    functions.answer_silent_functions_at_once,
    workers.start_few_at_a_time,
    workers.bound_workers,
    workers.end_idle_workers,
    functions.unpack_layers_once,
    functions.keep_to_payload_limits,
    functions.keep_function_properties,
    functions.dead_letters_hold_the_event,
    functions.invoke_event_targets_asynchronously,
    asynchronous.queue_asynchronous_events,
    rest_api.import_integration_responses,
    rest_api.import_gateway_responses,
    rest_api.import_binary_media_types,
    rest_api.keep_api_id_on_update,
    rest_api.hide_function_errors,
    tables.keep_table_properties,
    tables.know_leading_keys,
    refusals.compare_what_is_not_there,
    refusals.refuse_updates_that_do_not_fit,
    refusals.refuse_odd_queries,
    refusals.refuse_odd_transactions,
    refusals.refuse_empty_names,
    refusals.read_expressions_as_aws_does,
    streams.end_stream_retries,
    streams.save_streams,
    metrics.extract_embedded_metrics,
    state.save_as_it_goes,
)


def main() -> None:
    for patch in PATCHES:
        patch()
    del sys.argv[1:]  # ministack would read them
    app.main()


if __name__ == "__main__":
    main()
