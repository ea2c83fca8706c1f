/**
 * The event names that the assistant's services write, by the service that writes them. A service
 * may write any other name too; these are the ones whose meaning the span catalogue knows.
 */
export const Events = {
  STT_PAUSE_DETECTED: "stt_pause_detected",
  STT_TRANSCRIPT_FINALIZED: "stt_transcript_finalized",
  STT_SENDING_TO_V34: "stt_sending_to_v34",
  STT_HTTP_REQUEST_START: "stt_http_request_start",
  STT_HTTP_RESPONSE_RECEIVED: "stt_http_response_received",

  V34_FLASK_HANDLER_ENTRY: "v34_flask_handler_entry",
  V34_WEBHOOK_RECEIVED: "v34_webhook_received",
  V34_CLASSIFICATION_START: "v34_classification_start",
  V34_CLASSIFICATION_COMPLETE: "v34_classification_complete",
  V34_MEMORY_STORAGE_START: "v34_memory_storage_start",
  V34_MEMORY_STORAGE_COMPLETE: "v34_memory_storage_complete",
  V34_RETRIEVAL_START: "v34_retrieval_start",
  V34_RETRIEVAL_EMBEDDING_START: "v34_retrieval_embedding_start",
  V34_RETRIEVAL_EMBEDDING_COMPLETE: "v34_retrieval_embedding_complete",
  V34_RETRIEVAL_QUERY_START: "v34_retrieval_query_start",
  V34_RETRIEVAL_QUERY_COMPLETE: "v34_retrieval_query_complete",
  V34_RETRIEVAL_COMPLETE: "v34_retrieval_complete",
  V34_PROMPT_BUILT: "v34_prompt_built",
  V34_OLLAMA_SENT: "v34_ollama_sent",
  V34_OLLAMA_RECEIVED: "v34_ollama_received",
  V34_SENDING_TO_TTS: "v34_sending_to_tts",

  TTS_REQUEST_RECEIVED: "tts_request_received",
  TTS_PAUSE_SENT: "tts_pause_sent",
  TTS_SYNTHESIS_START: "tts_synthesis_start",
  TTS_AUDIO_PLAYBACK_START: "tts_audio_playback_start",
  TTS_AUDIO_PLAYBACK_COMPLETE: "tts_audio_playback_complete",
  TTS_RESUME_SENT: "tts_resume_sent",
} as const;
