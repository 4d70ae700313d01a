// All commands.

import type { AppendCommand, ReplaceCommand } from "./commands/append-message.ts";
import type { IdentifierCommand, SetAclCommand } from "./commands/acl.ts";
import type { CancelUpdateCommand } from "./commands/cancel-update.ts";
import type { CompressCommand, EnableCommand } from "./commands/enable.ts";
import type { EsearchCommand } from "./commands/esearch.ts";
import type { IdCommand } from "./commands/id.ts";
import type { GetMetadataCommand, SetMetadataCommand } from "./commands/metadata.ts";
import type { GetQuotaCommand, SetQuotaCommand } from "./commands/quota.ts";
import type { SortCommand, ThreadCommand } from "./commands/sort.ts";
import type { FetchCommand } from "./commands/fetch.ts";
import type { ExtendedListCommand, ListCommand } from "./commands/list.ts";
import type { CreateCommand, MailboxCommand, RenameCommand } from "./commands/mailbox.ts";
import type { SearchCommand } from "./commands/search.ts";
import type { AuthenticateCommand, LoginCommand, PlainCommand } from "./commands/session.ts";
import type { CopyCommand, UidExpungeCommand } from "./commands/copy.ts";
import type { ConversionsCommand, ConvertCommand } from "./commands/convert.ts";
import type { PreferenceCommand } from "./commands/language.ts";
import type { NotifyCommand } from "./commands/notify.ts";
import type { GenUrlAuthCommand, ResetKeyCommand, UrlFetchCommand } from "./commands/url-auth.ts";
import type { SelectCommand } from "./commands/select.ts";
import type { StatusCommand } from "./commands/status.ts";
import type { StoreCommand, StoreLabelsCommand, StoreUnknownCommand } from "./commands/store.ts";
import type { UidBatchesCommand } from "./commands/uid-batches.ts";

/** A command that no type names: an extension's, or a mistyped one. */
export interface UnknownCommand {
  readonly name: "unknown";
  /** The first word, in upper case (two words after UID). */
  readonly verb: string;
  /** What follows it and a space, as it came; null when nothing does. */
  readonly arguments: Uint8Array | null;
}

/** What a client says, without its tag. `name` is the verb, with `UID ` in front for the forms that speak of unique identifiers. */
export type Command =
  | PlainCommand
  | LoginCommand
  | AuthenticateCommand
  | SelectCommand
  | CreateCommand
  | MailboxCommand
  | RenameCommand
  | ListCommand
  | ExtendedListCommand
  | StatusCommand
  | AppendCommand
  | ReplaceCommand
  | SearchCommand
  | FetchCommand
  | StoreCommand
  | StoreLabelsCommand
  | StoreUnknownCommand
  | CopyCommand
  | UidExpungeCommand
  | EsearchCommand
  | CancelUpdateCommand
  | UidBatchesCommand
  | SortCommand
  | ThreadCommand
  | IdCommand
  | EnableCommand
  | CompressCommand
  | GetQuotaCommand
  | SetQuotaCommand
  | SetAclCommand
  | IdentifierCommand
  | GetMetadataCommand
  | SetMetadataCommand
  | NotifyCommand
  | PreferenceCommand
  | GenUrlAuthCommand
  | ResetKeyCommand
  | UrlFetchCommand
  | ConversionsCommand
  | ConvertCommand
  | UnknownCommand;
