"""The texts of ``verify`` for people."""

from __future__ import annotations

from pt2k_gui.message import template

# comparison
ESTIMATE_RANDOM = template(
    "verify.estimate_random", "it is how far ONNX Runtime's outputs move when every rounding is perturbed at random"
)
ESTIMATE_SPACING = template("verify.estimate_spacing", "it was taken from the spacing of float32 numbers alone")
THINGS_AGREE = template("verify.things_agree", "{agreeing:,} of {samples:,} {things} agree")
THINGS_COMPARED = template("verify.things_compared", "{samples:,} {things} were compared")
OWN_ROUNDING = template("verify.own_rounding", "{backend}'s own rounding is {floor:.1e}")
SAME_ANSWERS = template("verify.same_answers", "{candidate} gives the same answers.")
DIFFERENCE_AND_ROUNDING = template(
    "verify.difference_and_rounding", "{agreement}; the largest difference is {difference:.1e}, {own}."
)
NOTHING_SHOWN = template(
    "verify.nothing_shown",
    "The output {output} is not a finite number on any sample, in {backend} or in {candidate}, so it could not "
    "be compared. Choose other samples, or look for numbers that are not finite in the model's weights.",
)
OTHER_SHAPE = template(
    "verify.other_shape", "{agreement}; the output {output} has a different shape or is not finite where {backend} is."
)
LOST_CHANNELS = template("verify.lost_channels", "{agreement}; {lost}")
CHANNELS = template(
    "verify.channels",
    "{count:,} {count:channel|channels} of the output {output} (numbers {first} of axis {axis}) no longer "
    "{count:carries|carry} any information: values up to {largest:.3g} share one scale with values up to "
    "{scale:.3g}. Give them outputs of their own.",
)
CHANNELS_TOO_COARSE = template(
    "verify.channels_too_coarse",
    "{count:,} {count:channel|channels} of the output {output} (numbers {first} of axis {axis}) "
    "{count:differs|differ} from the model by more than {count:its|their} own values vary. Choose a finer precision.",
)
OUTPUT_DROWNED = template(
    "verify.output_drowned",
    "The output {output} is off by {times:.1f} times what it varies between samples, so that it no longer tells them apart. "
    "Choose a finer precision.",
)
RANKING_CHANGED = template(
    "verify.ranking_changed",
    "For {share:.0%} of the samples another class of the output {output} clearly ranks first. Choose a finer precision.",
)
ILL_CONDITIONED = template(
    "verify.ill_conditioned",
    "One rounding of the input moves {backend}'s own output by {share:.1%}: the model is ill-conditioned.",
)
ALL_ZERO = template(
    "verify.all_zero",
    "{backend}'s output {outputs} is zero for every sample, which says nothing of the layers before it.",
)
SAME_AS_FAR_AS_ROUNDING = template(
    "verify.same_as_far_as_rounding",
    "{candidate} gives the same answers, within the limits that rounding sets for this model.",
)
HALF_PRECISION = template("verify.half_precision", "half precision")
EIGHT_BIT = template("verify.eight_bit", "8-bit weights")
SAME_WITHIN_PRECISION = template(
    "verify.same_within_precision", "{candidate} gives the same answers, within the limits of {precision}."
)
DIFFERENCE_RELATIVE = template(
    "verify.difference_relative",
    "{agreement}; the largest difference is {difference:.1e}, {share:.2%} of the largest output; {own}.",
)
DIFFERS_BY = template(
    "verify.differs_by",
    "{agreement}; {output} differs by up to {difference:.1e}, {times:,.0f} times {backend}'s own "
    "rounding of {floor:.1e}.",
)
DIFFERENT_ANSWERS = template("verify.different_answers", "{candidate} gives different answers.")
NOT_COMPARED = template("verify.not_compared", "{candidate} could not be compared.")
TIED = template("verify.tied", "Where they disagree, two classes are tied within rounding.")
ESTIMATED = template("verify.estimated", "There is no float64 run of this model, so its rounding was estimated: {how}.")

# converted
NOT_FOUND = template("verify.not_found", "{path} does not exist.")
CHECK_NAME = template("verify.check_name", "Check the name and the folder.")
NOT_CONVERTED_MODEL = template("verify.not_converted_model", "{path} is not a converted model that can be run.")
CHOOSE_ENDING = template(
    "verify.choose_ending",
    "Choose a file ending in .keras, .h5, .weights.h5, .tflite or .onnx, or a SavedModel folder.",
)
TAKES_INPUTS = template("verify.takes_inputs", "{path} takes {inputs} inputs, the PyTorch model {expected}.")
GIVES_OUTPUTS = template("verify.gives_outputs", "{path} gives {outputs} outputs, the PyTorch model {expected}.")
LITERT_CANNOT_OPEN = template("verify.litert_cannot_open", "LiteRT can't open {path}.")
NO_SIGNATURE = template("verify.no_signature", "{path} does not name its inputs and outputs (it has no signature).")
CONVERT_AGAIN = template("verify.convert_again", "Convert the model again.")
TENSORFLOW_CANNOT_OPEN = template("verify.tensorflow_cannot_open", "TensorFlow can't open {path} as a SavedModel.")

# layers
NATIVE_ONLY = template(
    "verify.native_only", "Only files from the native engine say which layer computes which ONNX value."
)
CANNOT_OPEN_LAYERS = template(
    "verify.cannot_open_layers", "ONNX Runtime can't open {path} to read the layers: {reason}"
)

# predict
NOT_A_DIGIT = template("verify.not_a_digit", "An image of {count} grey values is not a digit of 28x28.")
NO_DIGITS = template("verify.no_digits", "This model does not take digits, so a drawn one can't be tried.")

# run
SAMPLES_DONE = template("verify.samples_done", "{done:,} of {count:,} samples")

# runners
RUNTIME_CANNOT_OPEN = template("verify.runtime_cannot_open", "ONNX Runtime can't open {path}: {reason}")
AXIS_ORDER_ASSUMED = template(
    "verify.axis_order_assumed", "The Keras file does not record its axis order; that of the ONNX graph was assumed."
)
KERAS_INPUTS = template("verify.keras_inputs", "The Keras model takes {inputs} inputs, the PyTorch model {expected}.")
CANNOT_RUN = template("verify.cannot_run", "{backend} can't run {path} on samples of the shape {shape}: {reason}")
CHOOSE_FITTING_SAMPLES = template(
    "verify.choose_fitting_samples",
    "Choose samples that the model takes, or convert it with a fixed input shape (--input-shape).",
)
KERAS_CANNOT_OPEN = template("verify.keras_cannot_open", "Keras can't open {path}: {reason}")
HOLDS_LAMBDA = template(
    "verify.holds_lambda", "It holds Lambda layers, which are code: convert the model with the native engine."
)
CHOOSE_KERAS = template("verify.choose_keras", "Choose a Keras model, or convert the model again.")
WEIGHTS_DO_NOT_FIT = template("verify.weights_do_not_fit", "The weights in {path} do not fit the Keras model.")
TRY_TRAINABLE = template(
    "verify.try_trainable", "They belong to another model, or to one converted with other options: try --trainable."
)

# class_names
WRITE_CLASS_NAMES = template(
    "verify.write_class_names",
    "Write one name per line, in the order of the classes, or as JSON a list of names or an object from numbers "
    "to names.",
)
NAMES_TOO_LARGE = template("verify.names_too_large", "{file} is too large for a list of class names.")
CANNOT_READ = template("verify.cannot_read", "{file} can't be read: {reason}.")
NO_NAMES_TEXT = template("verify.no_names_text", "{file} holds no text of class names.")
NOT_EVERY_CLASS = template("verify.not_every_class", "{file} does not name the classes 0, 1, 2 and so on, each once.")
NOT_JSON = template("verify.not_json", "{file} is not valid JSON: {reason}.")
NOT_NAMES = template("verify.not_names", "{file} is not a list of class names.")

# csv_table
NOT_A_TABLE = template("verify.not_a_table", "{path} can't be read as a table.")
SAVE_CSV = template("verify.save_csv", "Save it as CSV in UTF-8.")
NO_ROWS = template("verify.no_rows", "{path} holds no rows.")
ROW_PER_SAMPLE = template("verify.row_per_sample", "Give one row for each sample.")
ONLY_HEADINGS = template("verify.only_headings", "{path} holds column names but no rows.")
ROW_LENGTH = template("verify.row_length", "Row {row} of {path} has {cells} cells; the first one has {expected}.")
COLUMN_NUMBER = template("verify.column_number", "number {number}")
NOT_A_NUMBER = template(
    "verify.not_a_number", "Row {row} of {path} holds “{cell}” in the column {column}, which is not a number."
)
FILL_GAPS = template("verify.fill_gaps", "Fill the gaps and write categories as numbers, as the model was trained.")
COLUMN_PER_NUMBER = template(
    "verify.column_per_number", "Give one column for each number of the input, and name the column of labels “label”."
)
NAME_COLUMNS = template(
    "verify.name_columns", "Name the columns after the input: {name}, or {name}.0, {name}.1 and so on."
)
COLUMN_COUNT = template(
    "verify.column_count", "{path} has {columns} columns of numbers for {name}; the model takes {shape}."
)

# gather
NO_SUCH_SAMPLES = template("verify.no_such_samples", "There are no samples of the kind {kind}.")
CHOOSE_SAMPLES = template("verify.choose_samples", "Choose digits, random, a file or a folder.")
DIGITS_DO_NOT_FIT = template("verify.digits_do_not_fit", "The digits do not fit this model, which takes {shapes}.")
CHOOSE_OTHER_SAMPLES = template("verify.choose_other_samples", "Choose random samples or a file of your own.")
BATCH_OF_DIGITS = template(
    "verify.batch_of_digits", "One batch of the model holds {fixed:,} digits, but there are only {count:,}."
)
WHOLE_BATCHES = template(
    "verify.whole_batches",
    "The model's batch size is fixed, so {count:,} digits were taken: whole batches of {fixed:,}.",
)
DIGITS_OF_MNIST = template("verify.digits_of_mnist", "the test digits of MNIST")
DIGITS_IN = template("verify.digits_in", "the test digits in {folder}")
RANDOM_VALUES = template("verify.random_values", "random values (seed {seed})")
FEWER_THAN_BATCH = template(
    "verify.fewer_than_batch", "{path} holds fewer samples than one batch of the model, which is {fixed}."
)
NOT_NUMPY = template("verify.not_numpy", "{path} can't be read as a .npy or .npz file of numbers.")
WRITE_NUMPY = template(
    "verify.write_numpy",
    "Write it with numpy.save or numpy.savez, without pickled objects; the name of a table ends in .csv.",
)
ARRAY_LENGTHS = template("verify.array_lengths", "The arrays in {path} do not hold the same number of samples.")
LABELS_NOT_INTEGERS = template("verify.labels_not_integers", "The labels in {path} are not {count} integers.")
ONE_INTEGER = template("verify.one_integer", "Store one integer per sample.")
ARRAY_MISSING = template("verify.array_missing", "{path} lacks an array named {names}.")
NAME_ARRAYS = template("verify.name_arrays", "Name the arrays after the inputs: {names}.")
ARRAY_SHAPE = template(
    "verify.array_shape", "The array for {name} in {path} has the shape {shape}; the model takes {expected}."
)
RESHAPE = template("verify.reshape", "Reshape the array: the first axis counts the samples.")

# images
NO_IMAGES = template("verify.no_images", "{folder} holds no images.")
CHOOSE_IMAGE_FOLDER = template("verify.choose_image_folder", "Choose a folder with .png or .jpg files.")
TOO_FEW_IMAGES = template(
    "verify.too_few_images", "{folder} holds {count} images that can be read; the model needs at least {least}."
)
MORE_IMAGES = template("verify.more_images", "Choose a folder with more images.")
AND_MORE = template("verify.and_more", "{names} and {more} more")
SKIPPED = template("verify.skipped", "Skipped, because they can't be read: {names}.")
IMAGES_IN = template("verify.images_in", "the images in {folder}")
ONE_IMAGE_INPUT = template(
    "verify.one_image_input", "A folder of images needs a model that takes one image of 1 or 3 channels."
)
CHOOSE_ARRAYS = template("verify.choose_arrays", "Choose random values or a file of arrays.")
UNKNOWN_PREPARATION = template("verify.unknown_preparation", "Images can't be prepared as {order} and {fit}.")
CHOOSE_PREPARATION = template("verify.choose_preparation", "Choose one of {orders} and one of {fits}.")
CHANNEL_NUMBERS = template(
    "verify.channel_numbers", "The {name} has {count} numbers; the image has {channels} {channels:channel|channels}."
)
ONE_OR_EACH = template("verify.one_or_each", "Give one number, or one for each channel.")
DEVIATION = template("verify.deviation", "The standard deviation must be above 0.")
UNIT_PIXELS = template("verify.unit_pixels", "For pixels in [0, 1], use mean 0 and standard deviation 1 here.")

NO_STEP = template("verify.no_step", "{text} is not a step of preparation.")
STEP_FORMS = template(
    "verify.step_forms",
    "Use {names:or}, for example: resize 256 bicubic; center_crop 224; to_float; normalize 0.485,0.456,0.406 "
    "0.229,0.224,0.225.",
)
STEP_TOO_LATE = template("verify.step_too_late", "The step {step} works on pictures, but by then there are numbers.")
STEP_BEFORE = template("verify.step_before", "Put it before {other}.")
STEP_TOO_EARLY = template(
    "verify.step_too_early", "The step {step} works on numbers, but there is still a picture then."
)
STEP_AFTER = template("verify.step_after", "Put it after {other}.")
STEP_NEEDS_COLOUR = template("verify.step_needs_colour", "The step {step} needs three channels.")
STEPS_CHANNELS = template(
    "verify.steps_channels",
    "The steps produce {now} {now:channel|channels}; the model takes {channels}.",
)
STEPS_SIZE = template("verify.steps_size", "The steps make {made} pixels of {name}; {wanted} are needed.")
ADD_STEP = template("verify.add_step", "Add the step {step}, or change its numbers.")
STEP_RESIZE = template("verify.step_resize", "Resize")
STEP_COVER = template("verify.step_cover", "Scale to cover")
STEP_CROP = template("verify.step_crop", "Crop the center")
STEP_GREY = template("verify.step_grey", "To grayscale")
STEP_FLOAT = template("verify.step_float", "To numbers from 0 to 1")
STEP_NORMALIZE = template("verify.step_normalize", "Normalize")
STEP_SWAP = template("verify.step_swap", "To blue, green, red")

# sound, texts, films
NEEDS_PACKAGE = template("verify.needs_package", "These samples need the package {package}, which is not installed.")
INSTALL_PACKAGE = template("verify.install_package", 'Install it: pip install "pt2k[inputs]".')
SOUND_IN = template("verify.sound_in", "the sound in {folder}")
TOO_LITTLE_SOUND = template(
    "verify.too_little_sound",
    "{folder} gives {count} {count:window|windows} of sound that can be read; the model needs at least {least}.",
)
CHOOSE_SOUND = template("verify.choose_sound", "Choose .wav or .flac files, or shorten the hop between windows.")
NO_SOUND_SETTINGS = template("verify.no_sound_settings", "Sound can't be read with these settings.")
SOUND_SETTINGS = template(
    "verify.sound_settings", "Rate, length and hop are whole numbers from 0; channels are mixed as {mixes:or}."
)
NO_SOUND_INPUT = template(
    "verify.no_sound_input",
    "Files of sound need a model that takes one waveform: (batch, samples), with one or two channels or none.",
)
TOO_FEW_TEXTS = template(
    "verify.too_few_texts", "{path} holds {count} {count:text|texts}; the model needs at least {least}."
)
TEXTS_OF = template("verify.texts_of", "the texts of {file}")
TEXTS_CUT = template(
    "verify.texts_cut", "{count:,} {count:text was|texts were} cut to {length:,} tokens, which is what the model takes."
)
NO_TOKEN_INPUT = template(
    "verify.no_token_input",
    "Texts need a model that takes the numbers of tokens, (batch, length), and besides them only masks, types or positions "
    "that are named as such.",
)
NO_TOKENIZER = template("verify.no_tokenizer", "Texts become numbers through a tokenizer, and none was chosen.")
CHOOSE_TOKENIZER = template("verify.choose_tokenizer", "Choose the tokenizer.json that the model was trained with.")
BAD_TOKENIZER = template("verify.bad_tokenizer", "{file} can't be read as a tokenizer.")
NO_TEXT = template("verify.no_text", "{file} is no text.")
SAVE_TEXT = template("verify.save_text", "Save it as UTF-8, one text a line.")
TOKEN_UNKNOWN = template(
    "verify.token_unknown",
    "The tokenizer gives {token} the number {number:,}; the model knows numbers up to {most:,}.",
)
NO_COLUMN = template("verify.no_column", "{file} has no column {name}.")
COLUMNS_ARE = template("verify.columns_are", "Its columns are {names:and}.")
NO_HEADER = template("verify.no_header", "The first row can't be taken as {header}.")
HEADER_IS = template("verify.header_is", "Say {headers:or}: whether the first row names the columns.")
TOO_FEW_FRAMES = template(
    "verify.too_few_frames",
    "{path} gives {count} {count:sample|samples} of frames that can be read; at least {least} "
    "{least:frame is|frames are} needed.",
)
CHOOSE_FILM = template("verify.choose_film", "Choose a longer film, such as an .mp4 file, or take more of its frames.")
FRAMES_IN = template("verify.frames_in", "the frames of {folder}")

# speed
TIMING = template("verify.timing", "Timing a batch of {size}")

# training
ONNX_NOT_TRAINED = template(
    "verify.onnx_not_trained", "An ONNX file can't be trained in PyTorch, so no training step was compared."
)
TENSORFLOW_ONLY = template(
    "verify.tensorflow_only", "The training step is compared only with Keras's TensorFlow backend."
)
NOTHING_TO_TRAIN = template(
    "verify.nothing_to_train", "No output of the model can be trained, so no training step was compared."
)
NO_NUMBERS_IN_STEP = template(
    "verify.no_numbers_in_step",
    "PyTorch's own training step gives values that are not finite numbers, so no training step was compared.",
)
FROZEN = template(
    "verify.frozen", "The PyTorch file is frozen in evaluation mode, so both sides took the step in that mode."
)
DROPOUT_OFF = template("verify.dropout_off", "Dropout was switched off on both sides, because its choices are random.")
STEP_SAME = template(
    "verify.step_same",
    "One training step changes {said} in the same way; the loss is {loss:.6f} on both sides, gradients differ "
    "by up to {gradient:.1e} of the largest one.",
)
LOSS_DIFFERS = template("verify.loss_differs", "The loss is {keras:.6f} in Keras and {pytorch:.6f} in PyTorch.")
STEP_DIFFERS = template("verify.step_differs", "After one training step, {name} differs most: by {difference:.1e}.")
CURVES_SAME = template(
    "verify.curves_same", "Over {steps} steps of {optimizers:and} the loss is the same on both sides within rounding."
)
CURVE_DEPARTS = template(
    "verify.curve_departs",
    "With {optimizer} the loss departs at step {step}: it is {keras:.6g} in Keras and {pytorch:.6g} in PyTorch.",
)
NOISY_STEP = template(
    "verify.noisy_step",
    "Rounding alone changes gradients by {noise:.1e} of the largest one here, so a smaller fault would not show: "
    "check with other samples.",
)
CROSS_ENTROPY = template("verify.cross_entropy", "cross-entropy")
SQUARED_ERROR = template("verify.squared_error", "mean squared error against random targets")
NO_COUNTERPART = template(
    "verify.no_counterpart", "{count:,} trained numbers of Keras have no counterpart in PyTorch, the first in {layer}."
)

# verification
STAGE_GATHER = template("verify.stage_gather", "Gather the samples")
SAMPLES_FROM = template("verify.samples_from", "{count:,} from {source}")
OPENING = template("verify.opening", "Opening {backend}")
RECORDING = template("verify.recording", "Running the converted model")
NOT_RECORDED = template(
    "verify.not_recorded", "The process that runs the converted model ended before the comparison was complete."
)
STAGE_RUN = template("verify.stage_run", "Run the backends")
LAYERS_KERAS_ONLY = template(
    "verify.layers_keras_only", "Only a .keras file says which layer computes what, so the layers were not compared."
)
STAGE_LAYERS = template("verify.stage_layers", "Compare layer by layer")
LAYERS = template("verify.layers", "{count:,} layers")
LAYER_DEPARTS = template(
    "verify.layer_departs",
    "The outputs agree, but {layer} departs within the model; look at the layers, and check with samples that "
    "exercise it.",
)
COMPARING_STEP = template("verify.comparing_step", "Comparing a training step")
STAGE_STEP = template("verify.stage_step", "Compare a training step")
WRITING_ARRAYS = template("verify.writing_arrays", "Writing the arrays")
NAMES_IGNORED = template(
    "verify.names_ignored",
    "{file} names {named:,} classes and the model distinguishes {told:,}, so the names and labels were ignored.",
)
NO_ACCURACY = template(
    "verify.no_accuracy",
    "The labels name {named:,} classes and the model distinguishes {told:,}, so no accuracy was counted.",
)
MEAN = template("verify.mean", "mean")
STANDARD_DEVIATION = template("verify.standard_deviation", "standard deviation")
WEIGHTS = template("verify.weights", "{weights} {weights:weight|weights}")
WEIGHTS_AND_STATISTICS = template(
    "verify.weights_and_statistics", "{weights} {weights:weight|weights} and {statistics} running statistics"
)
NOT_AMONG = template("verify.not_among", "Keras trains {theirs:,} numbers, PyTorch {own:,}; {name} is not among them.")
OTHER_COUNT = template("verify.other_count", "Keras trains {theirs:,} numbers, PyTorch {own:,}.")
DIGITS = template("verify.digits", "digits")
SAMPLES = template("verify.samples", "samples")
TRUTH = template("verify.truth", "Reference: {backend}")
NO_TRUTH = template("verify.no_truth", "Reference: none; the rounding is estimated ({rounding})")
BACKEND_SECONDS = template("verify.backend_seconds", "{backend} {seconds:.2f} s")
SECONDS = template("verify.seconds", "{parts}")
TIMED = template("verify.timed", "Timed")
COMPARED = template("verify.compared", "Compared")

# ways out
OTHER_MODEL = template(
    "verify.other_model", "It belongs to another model: choose the file that was converted from this one."
)
DRAW_DIGIT = template("verify.draw_digit", "Use a grayscale image of 28x28 pixels.")
SAME_CELLS = template("verify.same_cells", "Give every row the same number of cells.")
SAME_SAMPLES = template("verify.same_samples", "Store arrays whose first axes have the same length.")
MORE_SAMPLES = template("verify.more_samples", "Add samples, or export the model with a dynamic batch.")

# outputs
SHARE = template("verify.share", "Share")
TOP_SAME = template(
    "verify.top_same", "The backends agree on the {count} likeliest {count:class|classes}, in the same order."
)
TOP_DIFFERS = template("verify.top_differs", "The backends order {count} of the likeliest classes differently.")
DIFFERENCE_TIMES = template("verify.difference_times", "Difference × {gain:,.0f}")
IMAGES_DIFFER = template(
    "verify.images_differ",
    "Largest difference {largest:.1e}; with 256 steps a channel, {count:,} {count:pixel looks|pixels look} different.",
)
DISAGREEMENT = template("verify.disagreement", "Where they disagree")
CLASS = template("verify.class", "Class")
COLOUR = template("verify.colour", "Color")
PIXELS_DIFFER = template("verify.pixels_differ", "{count:,} of {all:,} pixels have another class.")
MAPS_DIFFER = template(
    "verify.maps_differ", "Largest difference {largest:.1e}, of values from {low:.4g} to {high:.4g}."
)
SCORE = template("verify.score", "Score")
CORNERS = template("verify.corners", "Left, top, right, bottom")
OVERLAP = template("verify.overlap", "Overlap")
BOXES_DIFFER = template(
    "verify.boxes_differ", "{first}: {found} {found:box|boxes}, {last}: {other}; {count} {count:is|are} not the same."
)
POINT = template("verify.point", "Point")
POINTS_DIFFER = template("verify.points_differ", "{count} of {all} points are elsewhere.")
SPECTRUM_OF = template("verify.spectrum_of", "Spectrogram, {backend}")
SOUNDS_DIFFER = template(
    "verify.sounds_differ", "Largest difference {largest:.1e}, of values up to {most:.3g}; {count:,} values of sound."
)
PLACE = template("verify.place", "Place")
TOKENS_DIFFER = template("verify.tokens_differ", "{count:,} of {all:,} tokens differ.")
COSINE = template("verify.cosine", "Cosine")
EMBEDDINGS_DIFFER = template(
    "verify.embeddings_differ",
    "Cosine of the two sides {cosine:.9f}; {count} of the nearest samples {count:is another one|are others}.",
)
DIFFERENCE = template("verify.difference", "Difference")
NUMBERS_DIFFER = template(
    "verify.numbers_differ", "Largest difference {largest:.1e} among {count:,} {count:number|numbers}, worst first."
)
SHAPES_DIFFER = template("verify.shapes_differ", "The shapes are not the same: {one} and {other}.")
ACTIVATIONS_DIFFER = template(
    "verify.activations_differ", "{shape}, values from {low:.3g} to {high:.3g}; largest difference {largest:.1e}."
)

# two_files
CHOOSE_TWO = template("verify.choose_two", "Choose two files of the same model.")
OTHER_INPUTS = template("verify.other_inputs", "One file takes {one} {one:input|inputs}, the other {other}.")
OTHER_OUTPUTS = template("verify.other_outputs", "One file gives {one} {one:output|outputs}, the other {other}.")
OTHER_SHAPES = template("verify.other_shapes", "The shapes don't fit each other: {one} and {other}.")
