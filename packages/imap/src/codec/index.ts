/**
 * IMAP on the wire: commands and responses from and to bytes, without I/O.
 * @packageDocumentation
 */
export type {
  BodyBasic,
  BodyDisposition,
  BodyExtension,
  BodyExtensionData,
  BodyFields,
  BodyMessage,
  BodyMultipart,
  BodyParameter,
  BodyStructure,
  BodyText,
} from "./body-structure.ts";
export type { Command, UnknownCommand } from "./command.ts";
export { CommandDecoder } from "./command-decoder.ts";
export { encodeCommand, type CommandEncoding } from "./command-encoder.ts";
export type { CommandEvent, RawParts } from "./command-event.ts";
export type { AnnouncedMessage } from "./commands/append-reader.ts";
export type {
  AppendCommand,
  AppendData,
  AppendExtension,
  AppendLiteral,
  AppendMessage,
  MessageOptions,
  AppendTarget,
  CatenatePart,
  ReplaceCommand,
} from "./commands/append-message.ts";
export { FETCH_MACROS, type FetchCommand, type FetchMacro, type FetchModifier } from "./commands/fetch.ts";
export { PLAIN_FETCH_ATTRIBUTES } from "./commands/fetch-attribute.ts";
export type { FetchAttribute, PartialRange, PlainFetchAttribute } from "./commands/fetch-attribute.ts";
export type { ExtendedListCommand, ListCommand } from "./commands/list.ts";
export type { ListReturnOption, ListSelectionOption } from "./commands/list-options.ts";
export type { CreateCommand, CreateParameter, MailboxCommand, RenameCommand } from "./commands/mailbox.ts";
export type { QresyncParameter, SelectCommand, SelectParameter, SequenceMatch } from "./commands/select.ts";
export { STATUS_ATTRIBUTES, type StatusAttribute, type StatusCommand } from "./commands/status.ts";
export type { CancelUpdateCommand } from "./commands/cancel-update.ts";
export type { EsearchCommand, SearchSource } from "./commands/esearch.ts";
export type { SearchCommand, SearchProgram } from "./commands/search.ts";
export { DATE_SEARCH_KEYS, PLAIN_SEARCH_KEYS, TEXT_SEARCH_KEYS } from "./commands/search-key.ts";
export type { DateSearchKey, PlainSearchKey, SearchKey, TextSearchKey } from "./commands/search-key.ts";
export type { ExtensionSearchKey, ModSeqEntry } from "./commands/search-key-extensions.ts";
export { PLAIN_RETURN_OPTIONS, type PlainReturnOption, type SearchReturnOption } from "./commands/search-return.ts";
export type { UidBatchesCommand } from "./commands/uid-batches.ts";
export type { UnknownParameter } from "./extension-parameter.ts";
export type { PartialWindow } from "./partial-window.ts";
export type { MailboxFilter } from "./mailbox-filter.ts";
export type { AuthenticateCommand, LoginCommand, PlainCommand } from "./commands/session.ts";
export type { CopyCommand, UidExpungeCommand } from "./commands/copy.ts";
export type { StoreBase, StoreCommand, StoreLabelsCommand, StoreModifier, StoreUnknownCommand } from "./commands/store.ts";
export type { IdentifierCommand, SetAclCommand } from "./commands/acl.ts";
export type { CompressCommand, EnableCommand } from "./commands/enable.ts";
export type { IdCommand } from "./commands/id.ts";
export type { ConversionParameter, ConversionsCommand, ConvertAttribute, ConvertCommand } from "./commands/convert.ts";
export type { PreferenceCommand } from "./commands/language.ts";
export type { EventGroup, NotifyCommand, NotifyEvent, NotifySet } from "./commands/notify.ts";
export type { GenUrlAuthCommand, ResetKeyCommand, UrlFetchCommand, UrlToAuthorize, UrlToFetch } from "./commands/url-auth.ts";
export type { GetMetadataCommand, SetMetadataCommand } from "./commands/metadata.ts";
export type { GetQuotaCommand, QuotaLimit, SetQuotaCommand } from "./commands/quota.ts";
export type { SortCommand, SortCriterion, ThreadCommand } from "./commands/sort.ts";
export { dateTime, parseDateTime, type CalendarDate, type DateTime } from "./date-time.ts";
export type { Deviation } from "./deviation.ts";
export type { Address, Envelope } from "./envelope.ts";
export type { Flag, MailboxAttribute } from "./flag.ts";
export * from "./limits.ts";
export { literalMode, type LiteralData, type LiteralMode, type Segment, type StreamedLiteral } from "./literal.ts";
export { decodeMailboxName, INBOX, mailboxName, type MailboxName } from "./mailbox-name.ts";
export type { InvalidResponse, Response, UnknownResponse } from "./response.ts";
export { PLAIN_RESPONSE_CODES, type ArgumentCode, type PlainCodeName, type ResponseCode } from "./response-code.ts";
export type {
  BadEventCode,
  BadUrlCode,
  MetadataCode,
  NoUpdateCode,
  UndefinedFilterCode,
  UrlMechanismCode,
} from "./response-codes/extensions.ts";
export type {
  AppendUidCode,
  CopyUidCode,
  HighestModSeqCode,
  MailboxIdCode,
  ModifiedCode,
  NumberCode,
  PermanentFlagsCode,
} from "./response-codes/mailbox.ts";
export type { BadCharsetCode, CapabilityCode, InProgressCode, MessageLimitCode, ReferralCode } from "./response-codes/session.ts";
export { ResponseDecoder } from "./response-decoder.ts";
export type { FetchLiteralStart, LiteralStart, ResponseEvent, UidFetchLiteralStart } from "./response-event.ts";
export { encodeResponse, type ResponseEncoding } from "./response-encoder.ts";
export { obsoleteCommand, obsoleteResponse } from "./obsolete.ts";
export { revisionOf, type Revision } from "./revision.ts";
export { forwardCommand, forwardResponse } from "./forward.ts";
export type { CapabilityResponse } from "./responses/capability.ts";
export type { ContinuationResponse, TaggedResponse, UntaggedResponse } from "./responses/condition.ts";
export type { ExtensionItem } from "./responses/fetch-extensions.ts";
export type { FetchData, FetchDataName, FetchItem } from "./responses/fetch-item.ts";
export type { FetchResponse } from "./responses/fetch.ts";
export type { ListResponse } from "./responses/list.ts";
export type { ListExtendedItem } from "./responses/list-extended.ts";
export type { ConversionResponse, ConvertedResponse } from "./responses/convert.ts";
export type { JmapAccessResponse } from "./responses/jmap-access.ts";
export type { ComparatorResponse, LanguageResponse } from "./responses/language.ts";
export type { GenUrlAuthResponse, UrlContent, UrlFetchResponse, UrlItem } from "./responses/url-auth.ts";
export type { CountResponse, ExpungeResponse, FlagsResponse } from "./responses/mailbox-state.ts";
export type { EsearchExtension, EsearchResponse } from "./responses/esearch.ts";
export type { ContextChange, ContextUpdate, PartialResult } from "./responses/esearch-results.ts";
export type { SearchResponse } from "./responses/search.ts";
export type { SearchCorrelator } from "./responses/search-correlator.ts";
export type { UidBatchesResponse } from "./responses/uid-batches.ts";
export type { UidFetchResponse } from "./responses/uid-fetch.ts";
export type { StatusItem, StatusResponse } from "./responses/status.ts";
export type { AclEntry, AclResponse, ListRightsResponse, MyRightsResponse } from "./responses/acl.ts";
export type { EnabledResponse } from "./responses/enabled.ts";
export type { IdField, IdResponse } from "./responses/id.ts";
export type { MetadataEntry, MetadataResponse } from "./responses/metadata.ts";
export type { Namespace, NamespaceExtension, NamespaceResponse } from "./responses/namespace.ts";
export type { QuotaResource, QuotaResponse, QuotaRootResponse } from "./responses/quota.ts";
export type { Thread, ThreadResponse } from "./responses/thread.ts";
export type { VanishedResponse } from "./responses/vanished.ts";
export { WHOLE_MESSAGE, type Section, type SectionText } from "./section.ts";
export * from "./number-set.ts";
export { formatMessageSet, formatSequenceSet, parseMessageSet, parseSequenceSet, splitSequenceSet } from "./sequence-set.ts";
export type { MessageSet, SequenceNumber, SequenceRange, SequenceSet } from "./sequence-set.ts";
