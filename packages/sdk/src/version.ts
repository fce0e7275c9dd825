/** Filled in by the build. */
declare const __SDK_VERSION__: string;
declare const __SDK_BUILD__: string;

/** Semantic version of the SDK; that of the package. */
export const VERSION: string = __SDK_VERSION__;
/** Identifies the sources this build was made from. */
export const BUILD: string = __SDK_BUILD__;
